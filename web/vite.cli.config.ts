/** Builds the verifier for Node: `dist/verify-cli.mjs`, and with `--mode test` the tests into `node_modules/.tests`. */
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => {
  const test = mode === "test";
  const tests = ["verify", "glimpse", "parts", "pairing", "receipt", "log"].map((name) => [name, `test/${name}.test.ts`]);
  const input: Record<string, string> = test ? Object.fromEntries(tests) : { "verify-cli": "src/cli.ts" };
  return {
    build: {
      ssr: true,
      target: "node20",
      outDir: test ? "node_modules/.tests" : "dist",
      emptyOutDir: test,
      minify: false,
      rollupOptions: {
        input,
        output: { entryFileNames: "[name].mjs" },
      },
    },
    // Everything goes into the one file, so that it runs wherever it is copied to.
    ssr: { noExternal: true },
  };
});
