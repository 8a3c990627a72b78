/** The page of the site, below `docs/`, that shows a file of the repository; `scripts/docs.mjs` makes it, links lead to it. */
export function filePage(file) {
  return `files/${file.replaceAll(/[/.]/g, '-')}`
}
