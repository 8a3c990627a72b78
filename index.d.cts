/** The declarations for CommonJS modules: those of `index.d.ts`. */
export * from './dist/index.cjs'
