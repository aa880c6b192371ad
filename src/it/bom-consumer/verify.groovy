// No version stands in the consumer's pom: the bom has them all.
assert new File(basedir, 'target/through-the-bom.log').text.contains('72')
