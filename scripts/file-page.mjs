/** The page of the site, below `docs/`, that shows a file of the repository; written by `scripts/docs.mjs`. */
export function filePage(file) {
  return `files/${file.replaceAll(/[/.]/g, '-')}`
}
