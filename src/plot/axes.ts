/** Axes of charts: their ends, their ticks, and their look. */
import type { EChartsOption } from 'echarts';
import type { Axis } from './options.js';
import { THEME } from './theme.js';

export type XAxisOption = Extract<NonNullable<EChartsOption['xAxis']>, unknown[]>[number];
export type YAxisOption = Extract<NonNullable<EChartsOption['yAxis']>, unknown[]>[number];

/** Ticks from min to max at equal distances. On a log axis, these three numbers are exponents of ten. */
export interface Ticks {
  min: number;
  max: number;
  interval: number;
  log?: boolean;
}

/** Ticks at round numbers that enclose all values from low to high; about `count` of them. */
export function ticksFor(axis: Axis, [low, high]: readonly [number, number], count: number): Ticks {
  if (axis.scale === 'log') return powerTicks(axis.min ?? low, axis.max ?? high, count);
  const from = axis.min ?? low;
  const to = Math.max(axis.max ?? high, from);
  const interval = roundStep((to > from ? to - from : Math.abs(from) || 1) / count);
  const min = axis.min ?? exact(Math.floor(from / interval) * interval);
  return {
    min,
    max: axis.max ?? Math.max(exact(Math.ceil(to / interval) * interval), min + interval),
    interval,
  };
}

/** The smallest number ≥ step that is 1, 2, 2.5 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return exact([1, 2, 2.5, 5, 10].find((factor) => factor * power >= step * (1 - ROUNDING))! * power);
}

/** The value without its last digits, since 3 · 0.1 is 0.30000000000000004. */
export function exact(value: number): number {
  return Number(value.toPrecision(12));
}

/** Ticks at whole powers of ten, so that the label of each is a round number. */
function powerTicks(low: number, high: number, count: number): Ticks {
  const [from, to] = [Math.floor(Math.log10(low) + ROUNDING), Math.ceil(Math.log10(high) - ROUNDING)];
  const interval = Math.max(1, Math.ceil((to - from) / count));
  const min = Math.floor(from / interval) * interval;
  return { min, max: Math.max(min + interval, Math.ceil(to / interval) * interval), interval, log: true };
}

/** By how much a quotient may differ from a whole number because of rounding. */
const ROUNDING = 1e-9;

/** An axis of numbers: for x a line with ticks, for y grid lines. */
export function numericAxis({ log, ...ticks }: Ticks, side: 'x' | 'y'): XAxisOption & YAxisOption {
  return {
    type: 'value',
    ...ticks,
    axisLine: { show: side === 'x', onZero: false, lineStyle: { color: THEME.axis } },
    axisTick: { show: side === 'x', lineStyle: { color: THEME.axis } },
    splitLine: { show: side === 'y', lineStyle: { color: THEME.gridLine } },
    axisLabel: { ...AXIS_LABEL, hideOverlap: true, formatter: log ? powerOfTen : plainNumber },
  } as XAxisOption & YAxisOption;
}

/** At most six significant digits, with a true minus sign: −2, 0.5, 20,000. */
function plainNumber(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return (Math.abs(rounded) >= 1000 ? rounded.toLocaleString('en-US') : String(rounded)).replaceAll('-', '−');
}

/** A power of ten: written out up to 1,000 (0.01, 1, 100), and else as 10⁻⁵. */
function powerOfTen(power: number): string {
  if (Math.abs(power) < 4) return String(Number(`1e${power}`));
  return `10${String(power).replace(/./g, (sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]!))}`;
}

/** An axis of names, at equal distances. */
export function nameAxis(names: readonly string[]): XAxisOption & YAxisOption {
  return {
    type: 'category',
    data: [...names],
    axisLine: { show: true, onZero: false, lineStyle: { color: THEME.axis } },
    axisTick: { show: false },
    axisLabel: { ...AXIS_LABEL, interval: 0 },
  } as XAxisOption & YAxisOption;
}

const AXIS_LABEL = { color: THEME.softInk, fontSize: THEME.textSize - 1, fontFamily: THEME.font };
