package io.github.phi4j.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Converts between JSON Schemas and Spark's types. */
final class SparkSchemas {

  private static final ObjectMapper JSON = new ObjectMapper();

  private SparkSchemas() {}

  /**
   * Returns the schema of a type. All fields are required and non-null.
   *
   * @throws IllegalArgumentException if a type has no equivalent in JSON
   */
  static String jsonSchema(StructType type) {
    return schema(type).toString();
  }

  private static ObjectNode schema(DataType type) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    switch (type) {
      case StructType struct -> {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        var required = schema.putArray("required");
        for (StructField field : struct.fields()) {
          properties.set(field.name(), schema(field.dataType()));
          required.add(field.name());
        }
        schema.put("additionalProperties", false);
      }
      case ArrayType array -> schema.put("type", "array").set("items", schema(array.elementType()));
      case DataType string when string.equals(DataTypes.StringType) -> schema.put("type", "string");
      case DataType flag when flag.equals(DataTypes.BooleanType) -> schema.put("type", "boolean");
      case DataType number
          when number.equals(DataTypes.DoubleType) || number.equals(DataTypes.FloatType) ->
          schema.put("type", "number");
      case MapType map when map.keyType().equals(DataTypes.StringType) ->
          schema.put("type", "object").set("additionalProperties", schema(map.valueType()));
      case DataType date when date.equals(DataTypes.DateType) ->
          schema.put("type", "string").put("format", "date");
      case DataType time when time.equals(DataTypes.TimestampType) ->
          schema.put("type", "string").put("format", "date-time");
      case DataType number when number.equals(DataTypes.LongType) ->
          integer(schema, Long.MIN_VALUE, Long.MAX_VALUE);
      case DataType number when number.equals(DataTypes.IntegerType) ->
          integer(schema, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case DataType number when number.equals(DataTypes.ShortType) ->
          integer(schema, Short.MIN_VALUE, Short.MAX_VALUE);
      case DataType number when number.equals(DataTypes.ByteType) ->
          integer(schema, Byte.MIN_VALUE, Byte.MAX_VALUE);
      default ->
          throw new IllegalArgumentException(
              "a result cannot have type "
                  + type.simpleString()
                  + "; use string, boolean, tinyint, smallint, int, bigint, float, double, date,"
                  + " timestamp, array, map or struct");
    }
    return schema;
  }

  private static void integer(ObjectNode schema, long min, long max) {
    schema.put("type", "integer").put("minimum", min).put("maximum", max);
  }

  /**
   * Returns the type of a schema's values. Values without a Spark type become strings.
   *
   * @throws IllegalArgumentException if it is not the schema of an object
   */
  static StructType type(String jsonSchema) {
    try {
      if (type(JSON.readTree(jsonSchema)) instanceof StructType struct) {
        return struct;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the JSON Schema is not valid JSON: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "the JSON Schema must have \"type\": \"object\" and \"properties\", to be mapped to a "
            + "struct");
  }

  private static DataType type(JsonNode schema) {
    return switch (schema.path("type").asText()) {
      case String object when object.equals("object") && schema.has("properties") -> {
        List<StructField> fields = new ArrayList<>();
        schema
            .get("properties")
            .properties()
            .forEach(property ->
                fields.add(
                    DataTypes.createStructField(
                        property.getKey(), type(property.getValue()), true)));
        yield DataTypes.createStructType(fields);
      }
      case String array when array.equals("array") && schema.has("items") ->
          DataTypes.createArrayType(type(schema.get("items")));
      case "integer" -> DataTypes.LongType;
      case "number" -> DataTypes.DoubleType;
      case "boolean" -> DataTypes.BooleanType;
      default -> DataTypes.StringType;
    };
  }
}
