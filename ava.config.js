export default {
  files: ['__test__/.build/__test__/*.spec.js'],
  require: ['./__test__/.build/__test__/support/setup.js'],
  timeout: '5m',
}
