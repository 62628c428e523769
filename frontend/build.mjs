import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [
    { in: here("signing/main.ts"), out: "signing" },
    { in: here("signing/signing.css"), out: "signing" },
    { in: here("widget/widget.ts"), out: "widget" },
    { in: here("widget/widget.css"), out: "widget" },
    { in: here("dashboard/main.ts"), out: "dashboard" },
    { in: here("dashboard/dashboard.css"), out: "dashboard" },
    { in: here("dashboard/send/main.ts"), out: "send" },
    { in: here("dashboard/send/send.css"), out: "send" },
    { in: here("dashboard/templates/main.ts"), out: "template" },
    { in: here("dashboard/templates/template.css"), out: "template" },
  ],
  outdir: process.argv[2] ?? here("../src/countersign/pages/static/dist"),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "safari15"],
  logLevel: "warning",
});
