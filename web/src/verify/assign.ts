/** The linear assignment problem: each row one column, all different, at the least cost. */

/** More than any sum of costs, which are below 2^121 and at most 16. */
export const FORBIDDEN = 1n << 130n;

/**
 * The columns of a cheapest assignment and its cost, in exact integers, by shortest augmenting paths (Kuhn 1955; Jonker and
 * Volgenant 1987). `cost[row][column]` is FORBIDDEN where a cell is. There are at least as many columns as rows.
 * `undefined` if there is no assignment.
 */
export function cheapest(cost: readonly (readonly bigint[])[]): { columns: number[]; cost: bigint } | undefined {
  const rows = cost.length;
  if (rows === 0) return { columns: [], cost: 0n };
  const width = cost[0].length;
  if (width < rows) return undefined;
  // Columns count from 1; column 0 is where the row that is being placed stands.
  const u = new Array<bigint>(rows + 1).fill(0n);
  const v = new Array<bigint>(width + 1).fill(0n);
  const holder = new Array<number>(width + 1).fill(0);
  const way = new Array<number>(width + 1).fill(0);
  for (let row = 1; row <= rows; row++) {
    holder[0] = row;
    let at = 0;
    const least = new Array<bigint | undefined>(width + 1).fill(undefined);
    const used = new Array<boolean>(width + 1).fill(false);
    do {
      used[at] = true;
      const from = holder[at];
      let delta: bigint | undefined;
      let next = 0;
      for (let j = 1; j <= width; j++) {
        if (used[j]) continue;
        const reduced = cost[from - 1][j - 1] - u[from] - v[j];
        const known = least[j];
        if (known === undefined || reduced < known) {
          least[j] = reduced;
          way[j] = at;
        }
        if (delta === undefined || least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= width; j++) {
        if (used[j]) {
          u[holder[j]] += delta!;
          v[j] -= delta!;
        } else if (j > 0) {
          least[j] = least[j]! - delta!;
        }
      }
      at = next;
    } while (holder[at] !== 0);
    do {
      const before = way[at];
      holder[at] = holder[before];
      at = before;
    } while (at !== 0);
  }
  const columns = new Array<number>(rows).fill(-1);
  let sum = 0n;
  for (let j = 1; j <= width; j++) {
    if (holder[j] === 0) continue;
    columns[holder[j] - 1] = j - 1;
    sum += cost[holder[j] - 1][j - 1];
  }
  // One forbidden cell outweighs all costs, of either sign.
  return columns.some((c, r) => cost[r][c] >= FORBIDDEN) ? undefined : { columns, cost: sum };
}
