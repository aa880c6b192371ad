// The main class has checked the answers; what is left is what each run says on its way.
def saysWhatIsMissing = { run ->
  new File(basedir, "target/${run}.log").readLines().count { it.contains('--add-modules jdk.incubator.vector') }
}

assert saysWhatIsMissing('with-vectors') == 0
assert saysWhatIsMissing('without-vectors') == 1
