/** What the page of the gallery adds to the style of every page. */
export const STYLE = `
body { font-size: 17px; }
main { max-width: 1160px; }
aside, .verdict, .diagnosis, .blame, .right, .missed, summary { font-family: var(--sans); }
h2 { font-size: 26px; line-height: 1.25; margin: 0 0 20px; padding: 0; border: 0; display: flex; }
section { margin-top: 56px; padding-top: 28px; border-top: 1px solid var(--line); }
.part { display: block; margin: 104px 0 12px; padding-top: 28px; border-top: 3px solid var(--ink); font-size: 30px; }
.partlead { max-width: 680px; }
.number { flex: none; width: 44px; color: var(--soft-ink); font-weight: 400; }
p { margin: 0 0 14px; }
.lead { max-width: 800px; }
.kicker { font-size: 12px; margin: 0 0 8px; }
nav { margin: 36px 0; font-size: 15px; line-height: 1.45; border-top: 1px solid var(--line); }
nav ol { margin: 0; padding: 0; list-style: none; }
nav b { font-weight: 400; color: var(--soft-ink); }
nav li { padding: 7px 0; border-bottom: 1px solid var(--hair); display: grid; grid-template-columns: 28px 330px minmax(0, 1fr); gap: 10px; }
nav span { color: var(--soft-ink); }
aside { font-size: 15px; line-height: 1.6; color: var(--calm-ink); border-left: 3px solid var(--line); padding-left: 18px; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 380px; gap: 44px; align-items: start; }
figure { margin: -8px 0 0; position: sticky; top: 16px; }
pre { margin: 18px 0 10px; border-radius: 6px; }
mark { background: #ffd8b8; color: inherit; border-radius: 3px; padding: 1px 2px; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.right { font-size: 14px; color: var(--calm-ink); }
.right code { font: 13px/1.5 var(--mono); background: #dff3e8; border-radius: 3px; padding: 1px 4px; overflow-wrap: anywhere; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.said { margin: 26px 0 0; padding: 16px 0 2px 18px; border-left: 4px solid #d55e00; }
.blind { border-left-color: var(--soft-ink); margin-bottom: 30px; }
.verdict { display: inline-block; font-size: 13px; font-weight: 700; color: #fff; background: #b34700; border-radius: 4px; padding: 1px 10px; margin: 0 0 10px; }
.blind .verdict { background: #59616b; }
.diagnosis { font-size: 17px; line-height: 1.45; font-weight: 600; margin: 0 0 8px; }
.blame { font-size: 15px; }
.call { margin: 0 0 12px; }
.small { max-width: 380px; }
.missed { font-weight: 700; color: #b34700; }
summary { font-size: 14px; color: var(--link); cursor: pointer; }
details pre { font-size: 12px; margin: 10px 0; }
@media (max-width: 900px) {
  body { font-size: 16px; }
  main { padding: 36px 18px 80px; }
  h1 { font-size: 31px; }
  h2 { font-size: 22px; }
  .part { font-size: 25px; margin-top: 72px; }
  .lead { font-size: 18px; }
  .number { width: 34px; }
  .columns { display: block; }
  figure { position: static; margin: 24px -4px 0; }
  nav li { grid-template-columns: 24px 1fr; gap: 2px 6px; }
  nav span { grid-column: 2; font-size: 13.5px; }
  pre { font-size: 12px; padding: 12px; }
  .right code { font-size: 12px; }
}
@media screen and (prefers-color-scheme: dark) {
  mark { background: #6b3d16; }
  .right code { background: #1d4030; }
  .missed { color: #f09a63; }
}
@media print { section { break-inside: avoid; } figure { position: static; } }
`;
