package io.github.phi4j;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dependencies between packages, as in ARCHITECTURE.md. */
class ArchitectureTest {

  private static final String ROOT = "io.github.phi4j";
  private static final String API = ROOT + ".api";
  private static final String TYPED = ROOT + ".json";
  private static final String ENGINE = ROOT + ".internal.engine";
  private static final String STORAGE = ROOT + ".internal.storage";
  private static final String MODEL = ROOT + ".internal.model";
  private static final String TEXT = ROOT + ".internal.text";
  private static final String SAMPLING = ROOT + ".internal.sampling";
  private static final String SCHEMA = ROOT + ".internal.schema";
  private static final String JSON = ROOT + ".internal.json";
  private static final String GRAMMAR = ROOT + ".internal.grammar";
  private static final String KERNEL = ROOT + ".internal.kernel";
  private static final String GGUF = ROOT + ".internal.gguf";
  private static final String EVENT = ROOT + ".internal.event";
  private static final String CONCURRENT = ROOT + ".internal.concurrent";

  private static final String JACKSON = "com.fasterxml.jackson";
  private static final String NULLNESS = "org.jspecify.annotations";
  private static final String LOGGING = "org.slf4j";
  private static final String BPE = "com.knuddels.jtokkit";
  private static final String VECTOR_API = "jdk.incubator.vector";
  private static final String FLIGHT_RECORDER = "jdk.jfr";
  private static final String MANAGEMENT = "com.sun.management";
  private static final List<String> LIBRARIES =
      List.of(JACKSON, LOGGING, BPE, VECTOR_API, FLIGHT_RECORDER);

  /** All packages, each with its dependencies besides the JDK. */
  private static final Map<String, Set<String>> USES =
      Map.ofEntries(
          entry(ROOT, Set.of(ENGINE, API, NULLNESS)),
          entry(
              ENGINE,
              Set.of(
                  STORAGE,
                  MODEL,
                  TEXT,
                  GRAMMAR,
                  SCHEMA,
                  SAMPLING,
                  KERNEL,
                  GGUF,
                  CONCURRENT,
                  EVENT,
                  API,
                  LOGGING)),
          entry(STORAGE, Set.of(MODEL, KERNEL, GGUF, CONCURRENT, EVENT, API, LOGGING)),
          entry(MODEL, Set.of(KERNEL, GGUF, CONCURRENT, API, MANAGEMENT)),
          entry(TEXT, Set.of(JSON, GGUF, API, BPE)),
          entry(SCHEMA, Set.of(GRAMMAR, TEXT, JSON, API)),
          entry(GRAMMAR, Set.of(SAMPLING, JSON, API)),
          entry(JSON, Set.of()),
          entry(SAMPLING, Set.of(API)),
          entry(KERNEL, Set.of(GGUF, CONCURRENT, API, LOGGING, VECTOR_API)),
          entry(GGUF, Set.of(API)),
          entry(EVENT, Set.of(FLIGHT_RECORDER)),
          entry(CONCURRENT, Set.of(API)),
          entry(API, Set.of(NULLNESS)),
          entry(TYPED, Set.of(API, NULLNESS, JACKSON)));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  static Stream<String> packages() {
    return USES.keySet().stream().sorted();
  }

  @Test
  void allPackagesAreListed() {
    Set<String> present = new TreeSet<>();
    CLASSES.forEach(type -> present.add(type.getPackageName()));

    assertThat(present).isEqualTo(new TreeSet<>(USES.keySet()));
  }

  /** The arrows are exact: allowed but unused ones fail, too. */
  @ParameterizedTest
  @MethodSource("packages")
  void aPackageHasExactlyItsListedDependencies(String name) {
    Set<String> used =
        CLASSES.stream()
            .filter(type -> type.getPackageName().equals(name))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .map(JavaClass::getPackageName)
            .filter(target -> !target.isEmpty() && !target.startsWith("java."))
            .map(ArchitectureTest::library)
            .filter(target -> !target.equals(name))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(used).isEqualTo(new TreeSet<>(USES.get(name)));
  }

  /** Returns the library of a foreign package. */
  private static String library(String target) {
    return LIBRARIES.stream()
        .filter(library -> target.equals(library) || target.startsWith(library + "."))
        .findAny()
        .orElse(target);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyGgufMapsFiles() {
    noClasses()
        .that()
        .resideOutsideOfPackage(GGUF)
        .should()
        .callMethodWhere(target(name("map")).and(target(owner(assignableTo(FileChannel.class)))))
        .check(CLASSES);
  }

  @Test
  void nothingWritesToStandardOutputOrError() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .check(CLASSES);
  }

  @Test
  void nothingEndsTheProcess() {
    noClasses().should().callMethod(System.class, "exit", int.class).check(CLASSES);
  }

  @Test
  void nothingReachesIntoTheJdkOrNativeCode() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("sun..", "com.sun..", "jdk..")
                .and(not(resideInAnyPackage(VECTOR_API, FLIGHT_RECORDER, MANAGEMENT))))
        .orShould()
        .dependOnClassesThat(
            assignableTo(java.lang.foreign.Linker.class)
                .or(assignableTo(java.lang.foreign.SymbolLookup.class)))
        .check(CLASSES);
  }

  @Test
  void thereIsNoMutableStaticState() {
    fields().that().areStatic().should().beFinal().check(CLASSES);
  }

  @Test
  void classNamesFollowTheConventions() {
    noClasses().should().haveNameMatching(".*(Manager|Helper|Utils?|Impl)(\\$.*)?").check(CLASSES);
  }
}
