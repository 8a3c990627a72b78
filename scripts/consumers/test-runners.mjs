export function testRunners() {}
