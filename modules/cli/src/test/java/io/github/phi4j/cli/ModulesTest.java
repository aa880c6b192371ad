package io.github.phi4j.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The dependencies between modules, as in ARCHITECTURE.md. Reads the classes of all modules that
 * were built before this one.
 */
final class ModulesTest {

  private static final Path MODULES = Path.of("..");
  private static final String ROOT = "io.github.phi4j";

  /** Classes that code outside the library can use. */
  private static final DescribedPredicate<JavaClass> PUBLIC =
      resideInAnyPackage(ROOT, ROOT + ".api", ROOT + ".json");

  /** All modules with code, and the modules that each may use besides the library. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          entry("spark", Set.of()),
          entry("spring-boot-starter", Set.of("spring-ai", "micrometer")),
          entry("spring-ai", Set.of()),
          entry("cli", Set.of("eval", "hub", "server")),
          entry("eval", Set.of()),
          entry("hub", Set.of()),
          entry("langchain4j", Set.of()),
          entry("micrometer", Set.of()),
          entry("server", Set.of()));

  static Stream<String> modules() throws IOException {
    try (Stream<Path> folders = Files.list(MODULES)) {
      return folders
          .filter(folder -> Files.isDirectory(folder.resolve("src/main/java")))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void allModulesAreListed() throws IOException {
    assertThat(modules()).containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModuleUsesOnlyPublicPackagesAndItsAllowedModules(String module) {
    Path classes = MODULES.resolve(module).resolve("target/classes");
    Assumptions.assumeTrue(Files.isDirectory(classes), module + " is not built");
    JavaClasses imported = new ClassFileImporter().importPath(classes);
    DescribedPredicate<JavaClass> allowed = PUBLIC.or(packagesOf(module));
    for (String other : MAY_USE.get(module)) {
      allowed = allowed.or(packagesOf(other));
    }

    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(DescribedPredicate.not(allowed)))
        .allowEmptyShould(true)
        .check(imported);
  }

  /** The packages of a module: its folder's name, without hyphens, below the library's. */
  private static DescribedPredicate<JavaClass> packagesOf(String module) {
    return resideInAPackage(ROOT + "." + module.replace("-", "") + "..");
  }
}
