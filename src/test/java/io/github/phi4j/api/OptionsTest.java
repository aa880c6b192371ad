package io.github.phi4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The common properties of all option classes, found by reflection so that none is missed. */
class OptionsTest {

  private static final List<Class<?>> OPTIONS =
      List.of(
          LoadOptions.class,
          SessionOptions.class,
          GenerationOptions.class,
          EmbeddingOptions.class,
          ScoringOptions.class,
          JsonSchemaOptions.class,
          Sampling.class,
          Reasoning.class);

  /** A value that differs from the default, for each type that a setter takes. */
  private static final Map<Class<?>, Object> VALUES =
      Map.ofEntries(
          Map.entry(int.class, 3),
          Map.entry(long.class, 3L),
          Map.entry(float.class, 0.25f),
          Map.entry(OptionalInt.class, OptionalInt.of(3)),
          Map.entry(OptionalLong.class, OptionalLong.of(3)),
          Map.entry(int[].class, new int[] {3, 1, 3}),
          Map.entry(String[].class, new String[] {"x"}),
          Map.entry(Integer.class, 3),
          Map.entry(String.class, "x"),
          Map.entry(Map.class, Map.of(3, 0.5f)),
          Map.entry(Duration.class, Duration.ofSeconds(3)),
          Map.entry(Path.class, Path.of("x")),
          Map.entry(KvCacheType.class, KvCacheType.Q8_0),
          Map.entry(PackedWeights.class, PackedWeights.OFF),
          Map.entry(ChatFormat.class, ChatFormat.PHI4),
          Map.entry(PackingListener.class, (PackingListener) (done, total) -> {}),
          Map.entry(GenerationListener.class, new GenerationListener() {}),
          Map.entry(
              GenerationListener[].class, new GenerationListener[] {new GenerationListener() {}}),
          Map.entry(ThreadPool.class, pool()),
          Map.entry(Sampling.class, Sampling.topP(1, 0.5f)),
          Map.entry(ContextShift.class, ContextShift.keep(3)),
          Map.entry(Speculation.class, Speculation.lookup()),
          Map.entry(Grammar.class, Grammar.gbnf("root ::= \"x\"")),
          Map.entry(Reasoning.class, Reasoning.builder().budget(3).build()),
          Map.entry(Tool.class, new Tool("x", "", "{}")),
          Map.entry(Tool[].class, new Tool[] {new Tool("x", "", "{}")}),
          Map.entry(ToolChoice.class, ToolChoice.none()),
          Map.entry(Cancellation.class, new Cancellation()),
          Map.entry(EmbeddingOptions.Pooling.class, EmbeddingOptions.Pooling.LAST),
          Map.entry(Sampling.Window.class, Sampling.Window.wholeContext()),
          Map.entry(Sampling.Dry.class, Sampling.Dry.of(1)),
          Map.entry(Sampling.Xtc.class, new Sampling.Xtc(1, 0.1f)),
          Map.entry(Sampling.DynamicTemperature.class, new Sampling.DynamicTemperature(1, 1)),
          Map.entry(Sampling.Mirostat.class, Sampling.Mirostat.of(Sampling.Mirostat.Version.V2)),
          Map.entry(TokenSampler.class, (TokenSampler) candidates -> {}),
          Map.entry(TokenSampler[].class, new TokenSampler[] {candidates -> {}}));

  private static ThreadPool pool() {
    return new ThreadPool() {
      @Override
      public int threads() {
        return 1;
      }

      @Override
      public void close() {}
    };
  }

  static Stream<Class<?>> options() {
    return OPTIONS.stream();
  }

  static Stream<Method> setters() {
    return OPTIONS.stream()
        .map(type -> nested(type, "Builder"))
        .flatMap(builder -> Stream.of(builder.getMethods()))
        .filter(method -> method.getReturnType() == method.getDeclaringClass())
        .filter(method -> method.getParameterCount() == 1);
  }

  private static Class<?> nested(Class<?> type, String name) {
    return Stream.of(type.getClasses())
        .filter(each -> each.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Object value(Method setter) throws Exception {
    Class<?> type = setter.getParameterTypes()[0];
    if (type == boolean.class) {
      Object defaults = call(builder(setter.getDeclaringClass().getEnclosingClass()), "build");
      return !(boolean) call(defaults, setter.getName());
    } else if (type == Optional.class) {
      return Optional.of(argument(setter));
    } else if (type == Collection.class) {
      return List.of(argument(setter));
    }
    assertThat(VALUES).as("%s", setter).containsKey(type);
    return VALUES.get(type);
  }

  private static Object argument(Method setter) {
    String name =
        ((ParameterizedType) setter.getGenericParameterTypes()[0])
            .getActualTypeArguments()[0]
            .getTypeName()
            .replace("? extends ", "");
    return VALUES.entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError(setter.toString()));
  }

  private static Object call(Object target, String name) throws Exception {
    return target.getClass().getMethod(name).invoke(target);
  }

  private static Object builder(Class<?> options) throws Exception {
    return options.getMethod("builder").invoke(null);
  }

  @ParameterizedTest
  @MethodSource("setters")
  void aSetterAffectsEqualityAndText(Method setter) throws Exception {
    Class<?> type = setter.getDeclaringClass().getEnclosingClass();
    Object builder = builder(type);
    assertThat(setter.invoke(builder, value(setter))).isSameAs(builder);
    Object changed = call(builder, "build");
    Object unchanged = call(builder(type), "build");

    assertThat(changed).isNotEqualTo(unchanged);
    assertThat(changed.toString()).isNotEqualTo(unchanged.toString());
    Object copy = call(call(changed, "toBuilder"), "build");
    assertThat(copy).isEqualTo(changed).hasSameHashCodeAs(changed).hasToString(changed.toString());
  }

  @ParameterizedTest
  @MethodSource("setters")
  void optionalValuesAreClearedByTheirEmptyForm(Method setter) throws Exception {
    Class<?> type = setter.getDeclaringClass().getEnclosingClass();
    Object empty =
        Map.of(
                Optional.class, Optional.empty(),
                OptionalInt.class, OptionalInt.empty(),
                OptionalLong.class, OptionalLong.empty(),
                Collection.class, List.of(),
                Map.class, Map.of())
            .get((Object) setter.getParameterTypes()[0]);
    if (empty != null) {
      Object builder = builder(type);
      setter.invoke(builder, value(setter));
      setter.invoke(builder, empty);
      assertThat(call(builder, "build")).isEqualTo(call(builder(type), "build"));
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void eachOptionalOrPluralValueHasBothForms(Class<?> type) {
    for (Method accessor : type.getMethods()) {
      if (Modifier.isStatic(accessor.getModifiers())
          || accessor.getParameterCount() > 0
          || accessor.getDeclaringClass() != type) {
        continue;
      }
      List<Class<?>> forms =
          setters()
              .filter(setter -> setter.getDeclaringClass().getEnclosingClass() == type)
              .filter(setter -> setter.getName().equals(accessor.getName()))
              .<Class<?>>map(setter -> setter.getParameterTypes()[0])
              .toList();
      Class<?> kind = accessor.getReturnType();
      if (List.of(Optional.class, OptionalInt.class, OptionalLong.class).contains(kind)) {
        assertThat(forms).as("%s", accessor).contains(kind).hasSize(2);
      } else if (kind == List.class || kind.isArray()) {
        assertThat(forms).as("%s", accessor).contains(Collection.class).hasSize(2);
        assertThat(forms).as("%s", accessor).anyMatch(Class::isArray);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void everyValueIsInTheText(Class<?> type) throws Exception {
    String text = call(builder(type), "build").toString();
    Stream.of(type.getMethods())
        .filter(method -> method.getDeclaringClass() == type && method.getParameterCount() == 0)
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .map(Method::getName)
        .filter(name -> !List.of("toBuilder", "hashCode", "toString").contains(name))
        .forEach(name -> assertThat(text).contains(name + "="));
    assertThat(text).startsWith(type.getSimpleName() + "{");
  }

  @Test
  void arraysAreCopiedInAndOut() {
    int[] stops = {3, 1, 3};
    GenerationOptions options = GenerationOptions.builder().stopTokens(stops).build();
    stops[0] = 7;
    Arrays.fill(options.stopTokens(), 9);
    assertThat(options.stopTokens()).containsExactly(1, 3);
  }

  @Test
  void aValueOutOfRangeFailsInItsSetter() {
    assertThatThrownBy(() -> Sampling.builder().topP(1.5f))
        .hasMessage("top-p must be above 0 and at most 1, not 1.5");
    assertThatThrownBy(() -> Sampling.builder().logitBias(-1, 2))
        .hasMessageContaining("logit bias must be")
        .hasMessageContaining("2.0 for token -1");
    assertThatThrownBy(() -> GenerationOptions.builder().maxTokens(-1))
        .hasMessageContaining("max tokens")
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> GenerationOptions.builder().stopStrings("a", ""))
        .hasMessageContaining("stop string");
    assertThatThrownBy(() -> GenerationOptions.builder().stopTokens(List.of(1, -2)))
        .hasMessageContaining("stop token")
        .hasMessageContaining("-2");
    assertThatThrownBy(() -> GenerationOptions.builder().logProbs(-1))
        .hasMessageContaining("0 alternatives or more, not -1");
    for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> GenerationOptions.builder().timeout(none))
          .hasMessage("a timeout must be positive, not " + none);
      assertThatThrownBy(() -> EmbeddingOptions.builder().timeout(none))
          .hasMessage("a timeout must be positive, not " + none);
      assertThatThrownBy(() -> ScoringOptions.builder().timeout(none))
          .hasMessage("a timeout must be positive, not " + none);
    }
    assertThatThrownBy(() -> SessionOptions.builder().contextLength(0))
        .hasMessageContaining("context length must be at least 1, not 0");
    assertThatThrownBy(() -> Reasoning.builder().budget(-1))
        .hasMessageContaining("budget")
        .hasMessageContaining("-1");
  }
}
