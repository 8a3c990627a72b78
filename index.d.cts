/** The declarations for CommonJS modules: those of `index.d.ts`. `require` loads the same module as `import`. */
export * from './dist/index.cjs'
