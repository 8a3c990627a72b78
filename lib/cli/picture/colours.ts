/** A colour, 0 to 255 for red, green and blue. */
export type Colour = readonly [red: number, green: number, blue: number]

/** The colours of a picture. */
export interface ColourMap {
  /** From the least to the greatest element, evenly spaced. */
  readonly stops: readonly Colour[]
  /** The colour of NaN, which is not in the map. */
  readonly nan: Colour
}

/**
 * The colour maps, by name. `viridis` and `magma` are those of matplotlib (by N. J. Smith, S. van der Walt and E. Firing, CC0) at
 * nine places, `coolwarm` is K. Moreland's diverging map.
 */
export const MAPS: Readonly<Record<string, ColourMap>> = {
  grey: { stops: of('000000 ffffff'), nan: [214, 39, 40] },
  viridis: { stops: of('440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725'), nan: [214, 39, 40] },
  magma: { stops: of('000004 1d1147 51127c 832681 b73779 e75263 fc8961 fec488 fcfdbf'), nan: [0, 160, 90] },
  coolwarm: { stops: of('3b4cc0 6282ea 8db0fe b8d0f9 dddddd f5c4ad f49a7b de604d b40426'), nan: [0, 0, 0] },
}

function of(stops: string): Colour[] {
  return stops
    .split(' ')
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour)
}

/** The colour of a value from 0 to 1. */
export function colourAt({ stops, nan }: ColourMap, value: number): Colour {
  if (Number.isNaN(value)) return nan
  const at = Math.max(0, Math.min(1, value)) * (stops.length - 1)
  const below = Math.min(Math.floor(at), stops.length - 2)
  const [from, to] = [stops[below] as Colour, stops[below + 1] as Colour]
  return from.map((part, channel) =>
    Math.round(part + (at - below) * ((to[channel] as number) - part)),
  ) as unknown as Colour
}
