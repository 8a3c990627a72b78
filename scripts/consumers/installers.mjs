export function installers() {}
