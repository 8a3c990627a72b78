/** The metrics, in the order of the kernel's numbers. */
export const METRICS = ['cosine', 'euclidean', 'sqeuclidean', 'cityblock', 'dot', 'hamming'] as const

/**
 * What `nearest` calls near: `'cosine'` 1 less the cosine of the angle, `'euclidean'` the length of the difference, `'sqeuclidean'` its
 * square, `'cityblock'` the sum of absolute differences, `'dot'` the product, of which the largest is nearest, `'hamming'` the number of
 * different bits of uint8 rows.
 */
export type Metric = (typeof METRICS)[number]
