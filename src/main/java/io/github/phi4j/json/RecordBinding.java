package io.github.phi4j.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Teaches Jackson what {@link RecordSchema} knows: optional components and sealed interfaces. */
final class RecordBinding {

  private RecordBinding() {}

  static JsonMapper mapper(Set<Class<?>> sealedTypes) {
    SimpleModule module = new SimpleModule();
    module.addDeserializer(Optional.class, new OptionalReader(null));
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

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = SchemaWriter.TAG)
  private interface Tagged {}

  /** Reads an optional component; one that is left out is empty. */
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
