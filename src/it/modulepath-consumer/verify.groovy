// The main class has checked the answer; nothing may be missing here, though no flag is given.
String log = new File(basedir, 'target/module-path.log').text

assert log.contains('72')
assert !log.contains('--add-modules')
