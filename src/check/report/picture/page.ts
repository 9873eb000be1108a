/** A page that holds the text and the pictures of a report: one file without scripts or links to anything outside. */

/** Text as it may stand between tags or in a quoted attribute. */
export const escapeXml = (content: string): string =>
  content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

const STYLE = `
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1f2328; font: 17px/1.6 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif; }
main { max-width: 784px; margin: 0 auto; padding: 56px 24px 96px; }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 22px; line-height: 1.3; margin: 56px 0 12px; padding-top: 20px; border-top: 2px solid #1f2328; overflow-wrap: anywhere; }
.kicker { font-size: 13px; letter-spacing: 0.08em; text-transform: uppercase; color: #57606a; margin: 0 0 8px; }
.verdict { display: inline-block; padding: 3px 12px; border-radius: 4px; font-weight: 600; color: #fff; }
.passed { background: #00704f; }
.failed { background: #b34700; }
pre { font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; background: #f6f8fa; border-left: 3px solid #d0d7de; padding: 14px 16px; margin: 20px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
ul { padding-left: 20px; }
figure { margin: 16px -8px; }
.narrow { display: none; }
@media (max-width: 760px) {
  main { padding: 32px 16px 72px; }
  h1 { font-size: 26px; }
  pre { font-size: 12px; padding: 12px; }
  .wide { display: none; }
  .narrow { display: block; }
}
@media print { main { max-width: none; padding: 0; } figure { break-inside: avoid; } }
`;
