import type { Colour } from './colours.js'

/** The characters of numbers, 5 by 7 dots: two hexadecimal digits for each line. */
const LETTERS: Readonly<Record<string, string>> = {
  '0': '0e11131519110e',
  '1': '040c040404040e',
  '2': '0e11010204081f',
  '3': '1f02040201110e',
  '4': '02060a121f0202',
  '5': '1f101e0101110e',
  '6': '0608101e11110e',
  '7': '1f010204080808',
  '8': '0e11110e11110e',
  '9': '0e11110f01020c',
  '-': '0000001f000000',
  '+': '0004041f040400',
  '.': '00000000000c0c',
  e: '00000e111f100e',
  i: '04000c0404040e',
  n: '00001619111111',
  f: '0609081c080808',
  a: '00000e010f110f',
  N: '11111915131111',
}

/** Dots of a character with the space behind it. */
const ADVANCE = 6
const HEIGHT = 7

/** Pixels to draw on, white at first. */
export class Canvas {
  readonly data: Uint8Array

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(3 * width * height).fill(255)
  }

  /** Fills a rectangle, clipped to the canvas. */
  rectangle(x: number, y: number, width: number, height: number, [red, green, blue]: Colour): void {
    const right = Math.min(this.width, x + width)
    const bottom = Math.min(this.height, y + height)
    for (let row = Math.max(0, y); row < bottom; row++) {
      for (let column = Math.max(0, x); column < right; column++) {
        const at = 3 * (row * this.width + column)
        this.data[at] = red
        this.data[at + 1] = green
        this.data[at + 2] = blue
      }
    }
  }

  /** Writes a number with dots of `size` pixels. */
  text(x: number, y: number, text: string, size: number): void {
    Array.from(text).forEach((letter, at) => {
      const lines = LETTERS[letter] ?? ''
      for (let line = 0; line < HEIGHT; line++) {
        const dots = Number.parseInt(lines.slice(2 * line, 2 * line + 2) || '0', 16)
        for (let dot = 0; dot < 5; dot++) {
          if (((dots >> (4 - dot)) & 1) === 0) continue
          this.rectangle(x + size * (at * ADVANCE + dot), y + size * line, size, size, [0, 0, 0])
        }
      }
    })
  }
}

/** Pixels that a text takes. */
export function textSize(text: string, size: number): { width: number; height: number } {
  return { width: size * ADVANCE * text.length, height: size * HEIGHT }
}
