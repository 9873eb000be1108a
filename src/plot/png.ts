/** Writes small pictures of numbers as PNG files, with a palette and without compression. No library is needed. */
import { crc32 } from '../base/crc32.js';
import { type ColorScale, channels, colorAt, THEME } from './theme.js';

const SHADES = 255;

/** The `data:` URL of a PNG in which each value is one pixel. NaN is grey. */
export function pixelImage(
  values: ArrayLike<number>,
  { height, width }: { height: number; width: number },
  shading: Shading,
): string {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = shadeOf(values[y * width + x]!, shading);
  const file = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', [...bigEndian(width), ...bigEndian(height), 8, 3, 0, 0, 0]),
    chunk('PLTE', paletteBytes(shading.colors)),
    chunk('IDAT', stored(rows)),
    chunk('IEND', []),
  ];
  return `data:image/png;base64,${base64(file.flatMap((part) => [...part]))}`;
}

/** How numbers become colours. */
export interface Shading {
  colors: ColorScale;
  /** The number that the first colour of the scale stands for. */
  low: number;
  /** The number that the last colour of the scale stands for. */
  high: number;
}

/**
 * The position of a value on its scale, in [0, 1]. If all values are equal: the middle of a diverging scale, else 0.
 */
export function positionOf(value: number, { colors, low, high }: Shading): number {
  if (high === low) return colors === 'diverging' ? 0.5 : 0;
  return Math.min(Math.max((value - low) / (high - low), 0), 1);
}

/** The position of a value in the palette: 0 … 254 from low to high, 255 for NaN. */
function shadeOf(value: number, shading: Shading): number {
  return Number.isNaN(value) ? SHADES : Math.round(positionOf(value, shading) * (SHADES - 1));
}

function paletteBytes(colors: ColorScale): number[] {
  const shades = Array.from({ length: SHADES }, (_, i) => colorAt(colors, i / (SHADES - 1)));
  return [...shades, channels(THEME.missing)].flat();
}

/** A chunk of a PNG: length, name, content and checksum. */
function chunk(name: string, content: ArrayLike<number>): Uint8Array {
  const checked = [...name].map((letter) => letter.charCodeAt(0)).concat(Array.from(content));
  return Uint8Array.from([...bigEndian(content.length), ...checked, ...bigEndian(crc32(checked))]);
}

function bigEndian(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** The bytes in the zlib format, in blocks without compression. @source RFC 1950, RFC 1951 §3.2.4 */
function stored(data: Uint8Array): number[] {
  const LARGEST = 0xffff;
  const bytes = [0x78, 0x01];
  for (let at = 0; at < data.length; at += LARGEST) {
    const block = data.subarray(at, at + LARGEST);
    const length = [block.length & 255, block.length >>> 8];
    bytes.push(at + LARGEST >= data.length ? 1 : 0, ...length, ...length.map((byte) => byte ^ 255));
    for (const byte of block) bytes.push(byte);
  }
  return bytes.concat(bigEndian(adler32(data)));
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function base64(bytes: readonly number[]): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
