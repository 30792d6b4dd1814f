/** Colours come in pairs for light and dark, each with a contrast of at least 4.5 to 1; no meaning is told by colour alone. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #ffffff; --card: #f6f7f9; --text: #16191d; --soft: #545b66; --line: #d5d9e0; --link: #0b5cad;
  --read: #e7f1fb; --write: #fdf0d5; --all: #f1e6fa; --high: #a4161a; --medium: #8a5200; --low: #3f5a73; --badge: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171b; --card: #1c2026; --text: #e8eaed; --soft: #a5adb8; --line: #343a43; --link: #86b9f0;
    --read: #16283a; --write: #3a2c10; --all: #301f40; --high: #ff9a94; --medium: #f2bd68; --low: #a9c4de; --badge: #14171b;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main, footer { padding: 0 clamp(1rem, 3vw, 2.5rem); }
header { padding-top: 1.5rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line); background: var(--card); }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 .6rem; font-size: 1.2rem; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
.facts { margin: .4rem 0 0; color: var(--soft); display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; }
.skip { position: absolute; left: -99em; }
.skip:focus { left: 1rem; top: .5rem; padding: .3rem .6rem; background: var(--back); color: var(--link); }
form { margin-top: 1rem; display: flex; flex-wrap: wrap; gap: .6rem 1.25rem; align-items: center; }
label { color: var(--soft); }
input { font: inherit; margin-left: .4rem; padding: .35rem .6rem; width: 14rem; max-width: 60vw; color: var(--text);
  background: var(--back); border: 1px solid var(--soft); border-radius: .4rem; }
output { color: var(--soft); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.wide { overflow: auto; max-height: 85vh; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .9rem; }
th, td { padding: .45rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--card); color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 7rem; background: var(--back); }
.matrix th:first-child { position: sticky; left: 0; border-right: 1px solid var(--line); max-width: 24rem; min-width: 12rem; }
.matrix thead th:first-child { z-index: 2; }
.matrix td { min-width: 9rem; border-left: 1px solid var(--line); }
.kind, .none { color: var(--soft); font-weight: 400; }
.read { background: var(--read); }
.write { background: var(--write); }
.all { background: var(--all); }
.idle { color: var(--soft); font-style: italic; }
code { font: .92em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; unicode-bidi: isolate; white-space: pre-wrap; }
thead code { color: var(--text); }
.arns { min-width: 24rem; }
.sql { color: var(--soft); }
summary { cursor: pointer; color: var(--link); font-weight: 400; }
.danger { display: inline-block; padding: .05rem .55rem; border-radius: 1rem; color: var(--badge); font-size: .8rem; }
.danger.high { background: var(--high); }
.danger.medium { background: var(--medium); }
.danger.low { background: var(--low); }
.notice { color: var(--soft); margin: .2rem 0; }
footer { margin-top: 2.5rem; padding-bottom: 1.5rem; color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); }
@page { size: landscape; margin: 12mm; }
@media print {
  :root { --back: #ffffff; --card: #ffffff; --text: #000000; --soft: #444444; --line: #bbbbbb; --link: #000000;
    --read: #ffffff; --write: #f3f3f3; --all: #e6e6e6; --high: #000000; --medium: #000000; --low: #000000; --badge: #ffffff; }
  body { font-size: 9pt; }
  form, .skip { display: none !important; }
  .wide { overflow: visible; max-height: none; border: 0; }
  thead th, .matrix th:first-child { position: static; }
  tr { break-inside: avoid; }
  .matrix { font-size: 7pt; }
  .matrix td, .matrix th:first-child { min-width: 0; max-width: none; }
  .matrix th:first-child { width: 22%; }
  h2, h3 { break-after: avoid; }
  .matrix td, .matrix th { padding: .25rem .35rem; overflow-wrap: anywhere; white-space: normal; }
}
`
