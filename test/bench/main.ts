/** `npm run bench [scenario…] [--json]`: prints what the scenarios measured, as lines or as JSON objects. */
import { type Figure, scenarios } from './scenarios.js';

const words = process.argv.slice(2);
const json = words.includes('--json');
const names = words.filter((word) => word !== '--json');
const unknown = names.filter((name) => !(name in scenarios));
if (unknown.length > 0) {
  console.error(`no such scenario: ${unknown.join(', ')}; there are ${Object.keys(scenarios).join(', ')}`);
  process.exit(1);
}

function line({ name, ms, gflops, ofPeak, microseconds, bytes }: Figure): string {
  const parts = [
    ms !== undefined && `${ms.toPrecision(3)} ms`,
    microseconds !== undefined && `${microseconds.toPrecision(3)} µs an op`,
    gflops !== undefined && `${gflops.toFixed(1)} GFLOP/s`,
    ofPeak !== undefined && `${(100 * ofPeak).toFixed(0)} % of the micro-kernel`,
    bytes !== undefined && `${(bytes / 1024).toFixed(1)} KiB`,
  ];
  return `${name}: ${parts.filter(Boolean).join(', ')}`;
}

for (const name of names.length > 0 ? names : Object.keys(scenarios))
  for (const figure of await scenarios[name]!()) console.log(json ? JSON.stringify(figure) : line(figure));
