/** The picture of a fit: measurements, the curve, and the band of new measurements. */
import { type Tensor, tensor } from 'tapegrad';
import { lineChart } from 'tapegrad/plot';
import { type Data, decay, type Fit, twoSigma } from './fit.js';

/** The steps of the curve from one measurement to the next. */
const FINE = 8;

/** The chart as SVG. */
export function drawFit(data: Data, fit: Fit, width: number): Promise<string> {
  const t = fineTimes(data.t);
  const curve = Array.from(decay(t, fit.minimum.x).data);
  const band = twoSigma(t, fit);
  return lineChart(
    [
      { name: 'fitted', values: curve, color: '#0072b2' },
      { name: '+2σ', values: curve.map((y, i) => y + band[i]!), color: '#56a0cf', dashed: true },
      { name: '−2σ', values: curve.map((y, i) => y - band[i]!), color: '#56a0cf', dashed: true },
      { name: 'measured', values: atTimes(data, t.size), color: '#d55e00', points: true },
    ],
    {
      title: 'A decay, and the band of new measurements',
      description: 'Measurements, the fitted curve, and two standard deviations around it.',
      width,
      x: { label: 't', values: t.data },
      y: { label: 'y' },
    },
  );
}

/** The times of the measurements, with others in between. */
function fineTimes(t: Tensor): Tensor {
  const last = (t.size - 1) * FINE;
  const times = Array.from({ length: last + 1 }, (_, i) => {
    const [at, part] = [Math.floor(i / FINE), (i % FINE) / FINE];
    return part === 0 ? t.data[at]! : (1 - part) * t.data[at]! + part * t.data[at + 1]!;
  });
  return tensor(times, { dtype: 'float64' });
}

/** The measurements at their times, and NaN at those in between. */
function atTimes({ y }: Data, length: number): number[] {
  return Array.from({ length }, (_, i) => (i % FINE === 0 ? y.data[i / FINE]! : Number.NaN));
}
