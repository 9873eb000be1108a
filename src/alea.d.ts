declare module 'seedrandom/lib/alea.js' {
  /** Johannes Baagøe's multiply-with-carry generator; `double()` has 53 random bits. */
  export default function alea(seed: string): { double(): number };
}
