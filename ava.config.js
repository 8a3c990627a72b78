export default {
  files: ['__test__/.build/__test__/*.spec.js'],
  timeout: '5m',
}
