package io.github.phi4j.cli;

import picocli.CommandLine.IVersionProvider;

/** Which phi4j this is. */
final class Version implements IVersionProvider {

  /** The version in the jar's manifest; classes outside of a jar have none. */
  static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development build" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "phi4j " + number(), "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")
    };
  }
}
