package io.github.phi4j.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of phi4j. */
final class Version implements IVersionProvider {

  /** Returns the version from the jar's manifest; there is none outside a jar. */
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
