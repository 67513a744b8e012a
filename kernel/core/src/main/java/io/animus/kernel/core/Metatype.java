package io.animus.kernel.core;

import io.animus.kernel.core.ConfigurationAttribute.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a bundle says of its configurations in {@code OSGI-INF/metatype} (OSGi Compendium 105.8). The Metatype service of the
 * framework does not tell ranges, so it can't be asked.
 */
final class Metatype {
    private static final Logger LOG = LoggerFactory.getLogger(Metatype.class);
    private static final int MAX_BYTES = 256 << 10;

    private final Map<String, Described> described = new HashMap<>();
    private final List<ConfigurationType> types = new ArrayList<>();
    private String current = "";
    private Optional<String> pid = Optional.empty();
    private boolean isFactory;

    /** An OCD, which a Designate gives a PID. */
    private record Described(String title, String description, List<ConfigurationAttribute> attributes) {}

    private Metatype() {}

    /** All types of a bundle; a file that can't be read offers none, which is logged. */
    static List<ConfigurationType> of(Bundle bundle) {
        // Unlike findEntries, this does not resolve the bundle.
        var files = bundle.getEntryPaths("OSGI-INF/metatype");
        var found = new ArrayList<ConfigurationType>();
        for (var path : files == null ? List.<String>of() : Collections.list(files)) {
            var file = path.endsWith(".xml") ? bundle.getEntry(path) : null;
            if (file != null) {
                found.addAll(of(bundle, file));
            }
        }
        return List.copyOf(found);
    }

    private static List<ConfigurationType> of(Bundle bundle, URL file) {
        try (var content = file.openStream()) {
            return read(content);
        } catch (IOException | XMLStreamException | IllegalArgumentException e) {
            LOG.warn("{} of {} can't be read: {}", file.getPath(), bundle, e.getMessage());
            return List.of();
        }
    }

    /** @throws IllegalArgumentException if a type or a number in it is none */
    static List<ConfigurationType> read(InputStream xml) throws IOException, XMLStreamException {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        var bytes = new ByteArrayInputStream(xml.readNBytes(MAX_BYTES));
        var reader = factory.createXMLStreamReader(bytes);
        try {
            var metatype = new Metatype();
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT) {
                    metatype.element(reader);
                }
            }
            return metatype.types;
        } finally {
            reader.close();
        }
    }

    private void element(XMLStreamReader reader) {
        switch (reader.getLocalName()) {
            case "OCD" -> {
                current = text(reader, "id", "");
                var title = text(reader, "name", current);
                described.put(current, new Described(title, text(reader, "description", ""), new ArrayList<>()));
            }
            case "AD" -> attributes().add(attribute(reader));
            case "Option" -> option(text(reader, "value", ""));
            case "Designate" -> {
                var factoryPid = reader.getAttributeValue(null, "factoryPid");
                isFactory = factoryPid != null && !factoryPid.isEmpty();
                pid = Optional.ofNullable(isFactory ? factoryPid : reader.getAttributeValue(null, "pid"));
            }
            case "Object" -> {
                var one = described.get(text(reader, "ocdref", ""));
                if (one != null) {
                    pid.ifPresent(named -> types.add(
                            new ConfigurationType(named, isFactory, one.title(), one.description(), one.attributes())));
                }
            }
            default -> {
                // Icons and the like are for consoles of others.
            }
        }
    }

    private List<ConfigurationAttribute> attributes() {
        var one = described.get(current);
        if (one == null) {
            throw new IllegalArgumentException("a value outside of a description");
        }
        return one.attributes();
    }

    private static ConfigurationAttribute attribute(XMLStreamReader reader) {
        var id = text(reader, "id", "");
        var initial = reader.getAttributeValue(null, "default");
        var required = Boolean.parseBoolean(text(reader, "required", "true"));
        // A negative number asks for a Vector, which Declarative Services takes an array for.
        var items = Math.abs(Long.parseLong(text(reader, "cardinality", "0")));
        return new ConfigurationAttribute(
                id,
                Kind.of(text(reader, "type", "String")),
                (int) Math.min(items, Integer.MAX_VALUE),
                required && initial == null,
                number(reader, "min"),
                number(reader, "max"),
                List.of(),
                text(reader, "name", id),
                text(reader, "description", ""),
                initial);
    }

    private void option(String value) {
        var attributes = attributes();
        if (attributes.isEmpty()) {
            throw new IllegalArgumentException("an option of no value");
        }
        var last = attributes.remove(attributes.size() - 1);
        var options = new ArrayList<>(last.options());
        options.add(value);
        attributes.add(new ConfigurationAttribute(
                last.id(),
                last.kind(),
                last.items(),
                last.isRequired(),
                last.min(),
                last.max(),
                options,
                last.title(),
                last.description(),
                last.initial()));
    }

    private static @Nullable Long number(XMLStreamReader reader, String name) {
        var text = reader.getAttributeValue(null, name);
        return text == null || text.isEmpty() ? null : Long.valueOf(text);
    }

    private static String text(XMLStreamReader reader, String name, String otherwise) {
        var text = reader.getAttributeValue(null, name);
        return text == null ? otherwise : text;
    }
}
