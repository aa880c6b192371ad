package io.github.phi4j.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Printable;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Jackson support for the types of {@link RecordSchema} that need it: optional components, sealed
 * interfaces, and times.
 */
final class RecordBinding {

  private RecordBinding() {}

  /**
   * Reads a value from a completion whose text is valid for the schema of its type.
   *
   * @param sealedTypes the sealed interfaces within the type
   * @throws AnswerException if the type's constructor rejects the value
   */
  static <T> T value(Completion completion, Class<T> type, Set<Class<?>> sealedTypes) {
    try {
      return read(completion.text(), type, sealedTypes);
    } catch (JsonProcessingException e) {
      throw new AnswerException(
          String.format(
              Locale.ROOT,
              "cannot create %s from %s: %s",
              type.getName(),
              Printable.of(completion.text()),
              Printable.of(e.getOriginalMessage())),
          completion,
          e);
    }
  }

  /**
   * Reads a value from text that is valid for the schema of its type.
   *
   * @param sealedTypes the sealed interfaces within the type
   * @throws JsonProcessingException if the type's constructor rejects the value
   */
  static <T> T read(String text, Class<T> type, Set<Class<?>> sealedTypes)
      throws JsonProcessingException {
    return mapper(sealedTypes).readValue(text, type);
  }

  private static JsonMapper mapper(Set<Class<?>> sealedTypes) {
    SimpleModule module = new SimpleModule();
    module.addDeserializer(Optional.class, new OptionalReader(null));
    module.addDeserializer(LocalDate.class, reader(LocalDate::parse));
    module.addDeserializer(LocalTime.class, reader(LocalTime::parse));
    module.addDeserializer(OffsetTime.class, reader(OffsetTime::parse));
    module.addDeserializer(OffsetDateTime.class, reader(OffsetDateTime::parse));
    module.addDeserializer(Instant.class, reader(Instant::parse));
    JsonMapper.Builder mapper =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                    .build())
            .addModule(module);
    for (Class<?> type : sealedTypes) {
      mapper.addMixIn(type, Tagged.class);
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        mapper.registerSubtypes(new NamedType(permitted, permitted.getSimpleName()));
      }
    }
    return mapper.build();
  }

  private static <T> JsonDeserializer<T> reader(Function<String, T> parse) {
    return new JsonDeserializer<>() {
      @Override
      public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return parse.apply(parser.getText());
      }
    };
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = SchemaWriter.TAG)
  private interface Tagged {}

  /** Reads an optional component; a missing one is empty. */
  private static final class OptionalReader extends JsonDeserializer<Optional<?>>
      implements ContextualDeserializer {

    private final JavaType content;

    OptionalReader(JavaType content) {
      this.content = content;
    }

    @Override
    public JsonDeserializer<?> createContextual(
        DeserializationContext context, BeanProperty property) {
      return new OptionalReader(context.getContextualType().containedType(0));
    }

    @Override
    public Optional<?> deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return Optional.ofNullable(context.readValue(parser, content));
    }

    @Override
    public Optional<?> getNullValue(DeserializationContext context) {
      return Optional.empty();
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Optional.empty();
    }
  }
}
