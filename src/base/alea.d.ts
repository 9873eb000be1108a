declare module 'seedrandom/lib/alea.js' {
  export interface Alea {
    double(): number;
    /** A copy of the generator's inner numbers, to start another one from. */
    state(): object;
  }
  export default function alea(seed: string, options?: { state: true | object }): Alea;
}
