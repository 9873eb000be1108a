/** A drawing sheet: collects text, legends and coordinate systems into one option of ECharts. */

import type { EChartsOption } from 'echarts';
import type { XAxisOption, YAxisOption } from './axes.js';
import type { PictureOptions } from './options.js';
import { pictureWidth, renderSvg, textWidth } from './render.js';
import { THEME } from './theme.js';

/** An entry of a legend. */
export interface Key {
  name: string;
  color: string;
  dashed?: boolean;
  /** What stands before the name: a line for a curve, a box for an area, a dot for points. */
  mark: 'line' | 'box' | 'point';
}

/** A part of the sheet, in pixels. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

type GraphicList = Extract<NonNullable<EChartsOption['graphic']>, unknown[]>;
type SeriesList = Extract<NonNullable<EChartsOption['series']>, unknown[]>;
type GridOption = Extract<NonNullable<EChartsOption['grid']>, unknown[]>[number];

/** The distance between the edge of the picture and its content, in pixels. */
export const MARGIN = 8;

/** The look of a line of text. */
export interface TextStyle {
  size?: number;
  bold?: boolean;
  color?: string;
  align?: 'left' | 'center' | 'right';
  /** Whether the text reads upwards. It then hangs from `top`, and x is where its middle line stands. */
  upwards?: boolean;
}

/** A sheet that is filled from top to bottom; `y` is where the next row goes. */
export class Sheet {
  readonly width: number;
  y = MARGIN;
  private readonly graphic: GraphicList = [];
  private readonly grids: GridOption[] = [];
  private readonly xAxes: XAxisOption[] = [];
  private readonly yAxes: YAxisOption[] = [];
  private readonly series: SeriesList = [];

  constructor(
    op: string,
    private readonly options: PictureOptions,
  ) {
    this.width = pictureWidth(op, options);
    if (options.title) {
      this.text(options.title, MARGIN, this.y, { size: THEME.titleSize, bold: true, color: THEME.ink });
      this.y += THEME.titleSize + 10;
    }
  }

  /** The width between the margins. */
  get inner(): number {
    return this.width - 2 * MARGIN;
  }

  /** Writes a line of text with its upper edge at `top`. */
  text(
    text: string,
    x: number,
    top: number,
    { size = THEME.textSize, bold, color = THEME.softInk, align = 'left', upwards }: TextStyle = {},
  ): void {
    const font = `${bold ? '600 ' : ''}${size}px ${THEME.font}`;
    const style = { text, fill: color, font };
    this.graphic.push(
      upwards
        ? {
            type: 'text',
            silent: true,
            ...{ x, y: top, rotation: Math.PI / 2 },
            style: { ...style, align: 'right', verticalAlign: 'middle' },
          }
        : { type: 'text', silent: true, style: { ...style, x, y: top, align, verticalAlign: 'top' } },
    );
  }

  /** Writes a row of text, such as the name of a vertical axis. */
  row(text: string | undefined): void {
    if (!text) return;
    this.text(text, MARGIN, this.y);
    this.y += THEME.textSize + 7;
  }

  /**
   * The height for a coordinate system: what is left of the picture's height, or if none
   * was given 45 % of its width, at least 200.
   */
  plotHeight(labelBelow: string | undefined): number {
    const { height } = this.options;
    if (height === undefined) return Math.max(200, Math.round(this.width * 0.45));
    return Math.max(60, height - this.y - 2 * MARGIN - (labelBelow ? THEME.textSize + 8 : 0));
  }

  /** Writes the name of a horizontal axis, centred. */
  labelBelow(label: string | undefined): void {
    if (!label) return;
    this.text(label, this.width / 2, this.y + 4, { align: 'center' });
    this.y += THEME.textSize + 8;
  }

  /** Writes the names and colours of the series, in as many rows as they need. */
  legend(keys: readonly Key[]): void {
    let x = MARGIN;
    for (const key of keys) {
      const markWidth = key.mark === 'line' ? 24 : 16;
      const needed = markWidth + 6 + textWidth(key.name, THEME.textSize) + 16;
      if (x > MARGIN && x + needed - 16 > this.width - MARGIN) {
        x = MARGIN;
        this.y += THEME.textSize + 8;
      }
      this.mark(key, x, this.y, markWidth);
      this.text(key.name, x + markWidth + 6, this.y);
      x += needed;
    }
    this.y += THEME.textSize + 12;
  }

  private mark({ mark, color, dashed }: Key, x: number, top: number, width: number): void {
    const middle = top + THEME.textSize / 2 - 1;
    if (mark === 'box')
      this.graphic.push({
        type: 'rect',
        silent: true,
        shape: { x: x + 4, y: middle - 6, width: 12, height: 12 },
        style: { fill: color },
      });
    else if (mark === 'point')
      this.graphic.push({
        type: 'circle',
        silent: true,
        shape: { cx: x + 9, cy: middle, r: 3.5 },
        style: { fill: color },
      });
    else
      this.graphic.push({
        type: 'line',
        silent: true,
        shape: { x1: x, y1: middle, x2: x + width, y2: middle },
        style: { stroke: color, lineWidth: 3, ...(dashed && { lineDash: [6, 4] }) },
      });
  }

  /** Draws an image of pixels. */
  image(url: string, place: Rectangle): void {
    const { left: x, top: y, width, height } = place;
    this.graphic.push({ type: 'image', silent: true, style: { image: url, x, y, width, height } });
  }

  /** Draws a thin line around a place. */
  frame({ left: x, top: y, width, height }: Rectangle): void {
    this.graphic.push({
      type: 'rect',
      silent: true,
      shape: { x, y, width, height },
      style: { fill: 'none', stroke: THEME.gridLine, lineWidth: 1 },
    });
  }

  /** Fills a rectangle with one colour, or with a gradient of colours from left to right. */
  box({ left: x, top: y, width, height }: Rectangle, colors: readonly string[], border?: string): void {
    const fill =
      colors.length === 1
        ? colors[0]!
        : {
            type: 'linear' as const,
            x: 0,
            y: 0,
            x2: 1,
            y2: 0,
            colorStops: colors.map((color, i) => ({ offset: i / (colors.length - 1), color })),
          };
    this.graphic.push({
      type: 'rect',
      silent: true,
      shape: { x, y, width, height },
      style: { fill, ...(border && { stroke: border, lineWidth: 1 }) },
    });
  }

  /**
   * Adds a coordinate system that fills `place` with its tick labels, or without them if these stand `outside`. Returns
   * the number by which {@link draw} finds it.
   */
  coordinates(place: Rectangle, x: XAxisOption, y: YAxisOption, labels?: 'outside'): number {
    const gridIndex = this.grids.length;
    this.grids.push({
      ...place,
      ...(labels === 'outside'
        ? { outerBoundsMode: 'none' }
        : { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }),
    });
    this.xAxes.push({ ...x, gridIndex });
    this.yAxes.push({ ...y, gridIndex });
    return gridIndex;
  }

  /** Draws a series in the coordinate system of this number. */
  draw(index: number, series: SeriesList[number]): void {
    this.series.push({ silent: true, ...series, xAxisIndex: index, yAxisIndex: index } as SeriesList[number]);
  }

  /** The finished picture as an SVG string, as high as its content. */
  render(op: string): Promise<string> {
    const { title, description } = this.options;
    return renderSvg(
      {
        graphic: this.graphic,
        grid: this.grids,
        xAxis: this.xAxes,
        yAxis: this.yAxes,
        series: this.series,
      },
      { width: this.width, height: Math.ceil(this.y + MARGIN), label: description ?? title ?? op },
    );
  }
}
