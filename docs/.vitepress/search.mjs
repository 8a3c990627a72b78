/**
 * The search of the site: what is indexed, and what comes first.
 */

/** What MiniSearch takes when it searches. VitePress sends the text of the function to the browser, so it uses nothing from outside. */
export const searchOptions = {
  fuzzy: 0.2,
  prefix: true,
  boost: { title: 4, text: 2, titles: 1 },
  /** Pages that explain come before the reference, the methods of arrays before other classes, and options before other types. */
  boostDocument: (id) => {
    const order = [
      [/^\/guide#/, 6],
      [/^\/(?!api\/|files\/|architecture|performance|release)/, 3],
      [/^\/api\/functions\//, 2.5],
      [/^\/api\/classes\/(?:NDArray|Memmap)#/, 2],
      [/^\/api\/(?:classes\/|interfaces\/\w*Options)/, 1.5],
    ]
    return order.find(([pattern]) => pattern.test(id))?.[1] ?? 1
  },
}

/**
 * The HTML of a page to be indexed. Of the reference, each function and each member is one section, with its signatures, parameters and examples, and
 * an inherited member is left out, because the class that it comes from has it.
 */
export function indexedHtml(source, env, markdown) {
  const html = markdown.render(source, env)
  if (!env.relativePath.startsWith('api/')) return html
  const details = /^api\/(?:classes|interfaces)\//.test(env.relativePath) ? /<(\/?)h[4-6]\b/g : /<(\/?)h[2-6]\b/g
  return html
    .split(/(?=<h[123][ >])/)
    .filter((section) => !/<h[4-6][^>]*>Inherited from/.test(section))
    .join('')
    .replaceAll(details, '<$1p')
}
