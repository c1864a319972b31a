/** Numbers for people to read. Nothing here decides anything. */
import type { Fraction } from "../verify/types";

/** 176245 → `176,245`. */
export function grouped(n: number | string): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A fraction in percent with two decimals, rounded down, as on notices, sheets and sites: 4/397 is 1.00%, and a little is not nothing. */
export function percent(chance: Fraction): string {
  const [n, d] = [BigInt(chance.numerator), BigInt(chance.denominator)];
  if (d === 0n) {
    return "–";
  }
  const hundredths = (n * 10000n) / d;
  if (hundredths === 0n && n > 0n) return "<0.01%";
  const text = hundredths.toString().padStart(3, "0");
  return `${text.slice(0, -2)}.${text.slice(-2)}%`;
}

/** `3/26`, where both numbers are short enough to be read. */
export function fraction(chance: Fraction): string | null {
  const short = chance.numerator.length <= 7 && chance.denominator.length <= 9;
  return short ? `${grouped(chance.numerator)}/${grouped(chance.denominator)}` : null;
}

/** A digest in groups of four, to be read aloud and compared; copied, it is without them. */
export function fours(digest: string): string[] {
  return digest.match(/.{1,4}/g) ?? [];
}

/** Seconds since 1970 as a time in China, which knows no summer time: `2026-07-23 15:38:30 (UTC+8)`. */
export function time(seconds: number): string {
  const date = new Date((seconds + 8 * 3600) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : `${date.toISOString().slice(0, 19).replace("T", " ")} (UTC+8)`;
}

/** Milliseconds of work as seconds with one decimal. */
export function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
