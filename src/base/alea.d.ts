declare module 'seedrandom/lib/alea.js' {
  /** The inner numbers of the generator. */
  export interface AleaState {
    readonly c: number;
    readonly s0: number;
    readonly s1: number;
    readonly s2: number;
  }
  export interface Alea {
    double(): number;
    /** A copy of the generator's inner numbers, to start another one from. */
    state(): AleaState;
  }
  export default function alea(seed: string, options?: { state: true | AleaState }): Alea;
}
