package io.github.phi4j.api;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A value in the metadata of a GGUF file. Values are immutable.
 *
 * <pre>{@code
 * if (Phi4.inspect(file).metadata().get("general.license") instanceof MetadataValue.Text(var text)) {
 *   System.out.println(text);
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public sealed interface MetadataValue {

  /**
   * An integer of any width, less than 2^63.
   *
   * @param value the number
   * @since 0.1.0
   */
  record Int(long value) implements MetadataValue {}

  /**
   * A floating-point number of either width, or an unsigned integer of 2^63 or more, rounded.
   *
   * @param value the number
   * @since 0.1.0
   */
  record Real(double value) implements MetadataValue {}

  /**
   * A boolean.
   *
   * @param value the value
   * @since 0.1.0
   */
  record Bool(boolean value) implements MetadataValue {}

  /**
   * A string.
   *
   * @param value the text; invalid UTF-8 becomes U+FFFD
   * @since 0.1.0
   */
  record Text(String value) implements MetadataValue {
    /** Creates a string. */
    public Text {
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * An array of integers, floating-point numbers, booleans or strings. It may have hundreds of
   * thousands of elements, which are created on access.
   *
   * @since 0.1.0
   */
  final class Array implements MetadataValue {

    private final String elementType;
    private final List<MetadataValue> elements;

    /**
     * Creates an array.
     *
     * @param elementType the name of the elements' type in GGUF, such as {@code INT32}
     * @param length the number of elements, at least 0
     * @param element the element at an index; always the same for the same index, from any thread
     * @throws IllegalArgumentException if the length is negative
     */
    public Array(String elementType, int length, IntFunction<? extends MetadataValue> element) {
      this.elementType = Objects.requireNonNull(elementType, "elementType");
      this.elements = new Elements(length, Objects.requireNonNull(element, "element"));
      if (length < 0) {
        throw new IllegalArgumentException("length must be at least 0, not " + length);
      }
    }

    /** {@return the name of the elements' type in GGUF, such as {@code INT32} or {@code STRING}} */
    public String elementType() {
      return elementType;
    }

    /** {@return the elements in order; unmodifiable, with random access} */
    public List<MetadataValue> elements() {
      return elements;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Array that
          && elementType.equals(that.elementType)
          && elements.equals(that.elements);
    }

    @Override
    public int hashCode() {
      return Objects.hash(elementType, elements);
    }

    /** {@return the type and the number of elements, such as {@code STRING[100352]}} */
    @Override
    public String toString() {
      return elementType + "[" + elements.size() + "]";
    }

    private static final class Elements extends AbstractList<MetadataValue>
        implements RandomAccess {
      private final int length;
      private final IntFunction<? extends MetadataValue> element;

      Elements(int length, IntFunction<? extends MetadataValue> element) {
        this.length = length;
        this.element = element;
      }

      @Override
      public MetadataValue get(int index) {
        return element.apply(Objects.checkIndex(index, length));
      }

      @Override
      public int size() {
        return length;
      }
    }
  }
}
