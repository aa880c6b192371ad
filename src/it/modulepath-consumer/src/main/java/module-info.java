/** A program that uses phi4j on the module path. */
module consumer {
  requires io.github.phi4j;
}
