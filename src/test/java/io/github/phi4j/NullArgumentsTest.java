package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.api.Usage;
import io.github.phi4j.json.TypedCompleter;
import io.github.phi4j.testing.TinyModel;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In all exported types, a null argument fails at once, with an exception that names it. */
final class NullArgumentsTest {

  private static final List<String> EXPORTED =
      List.of("io.github.phi4j", "io.github.phi4j.api", "io.github.phi4j.json");

  /** Values for the other arguments. */
  private final Map<Class<?>, Object> values = new HashMap<>();

  private Object value(Class<?> type) {
    if (values.containsKey(type)) {
      return values.get(type);
    } else if (type.isEnum()) {
      return type.getEnumConstants()[0];
    } else if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    } else if (type.isInterface()) {
      return Proxy.newProxyInstance(
          type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null);
    }
    throw new AssertionError("no value of " + type);
  }

  private void fill(Generator generator) throws ReflectiveOperationException {
    values.put(boolean.class, false);
    values.put(int.class, 1);
    values.put(long.class, 1L);
    values.put(float.class, 1f);
    values.put(double.class, 1.0);
    values.put(String.class, "x");
    values.put(Class.class, String.class);
    values.put(Path.class, Path.of("x"));
    values.put(Duration.class, Duration.ZERO);
    values.put(Throwable.class, new Throwable());
    values.put(Optional.class, Optional.empty());
    values.put(OptionalInt.class, OptionalInt.empty());
    values.put(OptionalLong.class, OptionalLong.empty());
    values.put(List.class, List.of());
    values.put(Collection.class, List.of());
    values.put(Map.class, Map.of());
    values.put(Prompt.class, Prompt.raw("x"));
    values.put(Reasoning.class, Reasoning.defaults());
    values.put(Sampling.class, Sampling.greedy());
    values.put(Sampling.Window.class, Sampling.Window.wholeContext());
    values.put(Sampling.Dry.class, Sampling.Dry.of(1));
    values.put(Message.Role.class, Message.Role.USER);
    values.put(TextSink.class, (TextSink) text -> true);
    values.put(Generator.class, generator);
    values.put(Completer.class, generator);
    Usage usage = new Usage(1, 0, 0);
    Timings timings = new Timings(Duration.ZERO, 0, Duration.ZERO, 0, 0, 0);
    values.put(Usage.class, usage);
    values.put(Timings.class, timings);
    values.put(FinishReason.class, FinishReason.STOP);
    values.put(
        Completion.class,
        new Completion(
            "", "", List.of(), new int[0], FinishReason.STOP, usage, timings, List.of()));
    for (Class<?> options : optionClasses()) {
      values.put(options, options.getMethod("defaults").invoke(null));
    }
  }

  private static List<Class<?>> optionClasses() {
    return exported()
        .filter(type ->
            Stream.of(type.getMethods()).anyMatch(method -> method.getName().equals("defaults")))
        .toList();
  }

  private static Stream<Class<?>> exported() {
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.phi4j")
            .stream()
            .filter(type -> EXPORTED.contains(type.getPackageName()))
            .filter(NullArgumentsTest::isPublic)
            .map(JavaClass::reflect);
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(NullArgumentsTest::isPublic).orElse(true);
  }

  /** Returns an object to call methods of; empty for interfaces that programs implement. */
  private static Optional<Object> target(Class<?> type, Generator generator) throws Exception {
    if (type.isInstance(generator)) {
      return Optional.of(generator);
    } else if (type.equals(Session.class)) {
      return Optional.of(generator.newSession());
    } else if (type.equals(Tokenizer.class)) {
      return Optional.of(generator.tokenizer());
    } else if (type.equals(ModelInfo.class)) {
      return Optional.of(generator.info());
    } else if (type.equals(TypedCompleter.class)) {
      return Optional.of(TypedCompleter.of(generator));
    } else if (type.getSimpleName().equals("Builder")) {
      return Optional.of(type.getEnclosingClass().getMethod("builder").invoke(null));
    } else if (type.equals(Cancellation.class)) {
      return Optional.of(new Cancellation());
    } else if (type.isEnum()) {
      return Optional.of(type.getEnumConstants()[0]);
    }
    return Optional.empty();
  }

  @Test
  void everyExportedPackageIsNullMarked() {
    exported()
        .map(Class::getPackage)
        .distinct()
        .forEach(each -> assertThat(each.isAnnotationPresent(NullMarked.class)).isTrue());
  }

  @Test
  void aNullArgumentFailsAtOnceAndIsNamed() throws Exception {
    List<String> faults = new ArrayList<>();
    int calls = 0;
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path())) {
      fill(generator);
      for (Class<?> type : (Iterable<Class<?>>) exported()::iterator) {
        for (Executable each : executables(type)) {
          Optional<Object> target = Optional.empty();
          if (each instanceof Method && !Modifier.isStatic(each.getModifiers())) {
            target = target(type, generator);
            if (target.isEmpty()) {
              continue;
            }
          }
          for (int i = 0; i < each.getParameterCount(); i++) {
            Parameter parameter = each.getParameters()[i];
            if (!parameter.getType().isPrimitive()
                && !parameter.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
              calls++;
              Throwable thrown = call(each, target.orElse(null), i);
              if (!(thrown instanceof NullPointerException)
                  || thrown.getMessage() == null
                  || !thrown.getMessage().startsWith(parameter.getName())) {
                faults.add(each + ", " + parameter.getName() + ": " + thrown);
              }
            }
          }
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(calls).isGreaterThan(200);
  }

  private static List<Executable> executables(Class<?> type) {
    List<Executable> found = new ArrayList<>();
    if (!Modifier.isAbstract(type.getModifiers())) {
      found.addAll(List.of(type.getConstructors()));
    }
    for (Method method : type.getMethods()) {
      if (method.getDeclaringClass().equals(type)
          && !method.isSynthetic()
          && !List.of("equals", "valueOf").contains(method.getName())) {
        found.add(method);
      }
    }
    return found;
  }

  private @Nullable Throwable call(Executable each, @Nullable Object target, int absent) {
    Object[] arguments = new Object[each.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = i == absent ? null : value(each.getParameterTypes()[i]);
    }
    Throwable thrown =
        catchThrowable(() -> {
          if (each instanceof Constructor<?> constructor) {
            constructor.newInstance(arguments);
          } else {
            ((Method) each).invoke(target, arguments);
          }
        });
    return thrown instanceof InvocationTargetException e ? e.getCause() : thrown;
  }
}
