/**
 * The expressions that are measured: those of the benchmarks of numexpr (`bench/timing.py`, `bench/poly.py`, the first page of its manual)
 * and of blosc2 (`bench/ndarray/lazyarray-expr*.py`), and some of images and tables. The text is that of all sides; operands are `a` to `e`.
 */

const { sin, sqrt, hypot, atan2, exp, abs, max, min } = Math

/** `loop` computes an element in plain JavaScript, of the operands in the order of the text; `reduce` is NumPy's name of a reduction. */
export const CASES = [
  { text: 'a + b', dtype: 'float32', loop: (a, b) => a + b },
  { text: 'a * 0.5 + 1', dtype: 'float32', loop: (a) => a * 0.5 + 1 },
  { text: '(a - 0.5) / 0.25', dtype: 'float32', loop: (a) => (a - 0.5) / 0.25 },
  { text: '2*a + 3*b', dtype: 'float64', loop: (a, b) => 2 * a + 3 * b },
  { text: 'b*c + d*e', dtype: 'float64', loop: (b, c, d, e) => b * c + d * e },
  { text: 'a**2 + b**2 + 2*a*b', dtype: 'float64', loop: (a, b) => a * a + b * b + 2 * a * b },
  {
    text: '.25*a**3 + .75*a**2 - 1.5*a - 2',
    dtype: 'float64',
    loop: (a) => 0.25 * a ** 3 + 0.75 * a * a - 1.5 * a - 2,
  },
  { text: 'sqrt(a**2 + b**2)', dtype: 'float32', loop: (a, b) => sqrt(a * a + b * b) },
  { text: 'arctan2(a, b)', dtype: 'float64', loop: (a, b) => atan2(a, b) },
  {
    text: 'where(0.1*a > arctan2(a, b), 2*a, arctan2(a, b))',
    dtype: 'float64',
    loop: (a, b) => (0.1 * a > atan2(a, b) ? 2 * a : atan2(a, b)),
  },
  { text: 'where(a > 0.5, b, c)', dtype: 'float32', loop: (a, b, c) => (a > 0.5 ? b : c) },
  { text: 'sin(a)', dtype: 'float32', loop: (a) => sin(a) },
  { text: 'exp(-a**2)', dtype: 'float64', loop: (a) => exp(-a * a) },
  { text: 'hypot(a, b)', dtype: 'float64', only: ['numpy'], loop: (a, b) => hypot(a, b) },
  {
    text: '((a**3 + sin(a * 2)) < c) & (b > 0.3)',
    dtype: 'float64',
    loop: (a, c, b) => a ** 3 + sin(a * 2) < c && b > 0.3,
    bool: true,
  },
  { text: 'clip(a * 2 - 0.5, 0, 1)', dtype: 'float32', only: ['numpy'], loop: (a) => max(0, min(1, a * 2 - 0.5)) },
  { text: 'a * b', dtype: 'float64', reduce: 'sum', loop: (a, b) => a * b },
  { text: 'abs(a - b)', dtype: 'float32', reduce: 'max', loop: (a, b) => abs(a - b) },
  { text: 'where(a > 0.5, b, nan)', dtype: 'float64', reduce: 'nansum', loop: (a, b) => (a > 0.5 ? b : NaN) },
]
