package io.animus.kernel.compose;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** The features that an archive's repositories describe: which others each one needs, and which files. */
final class FeatureDirectory {
    private final Map<String, Feature> features = new LinkedHashMap<>();

    /**
     * @param version as Karaf's {@code featuresBoot} spells it
     * @param needs names of features
     * @param files paths below {@code system/}
     */
    record Feature(String name, String version, String description, List<String> needs, List<String> files) {}

    /** Adds what a features repository of Karaf (XML) describes. */
    void add(byte[] repository) throws IOException, BrokenArchiveException {
        for (var feature : children(parse(repository), "feature")) {
            var name = feature.getAttribute("name");
            var files = new TreeSet<String>();
            for (var bundle : children(feature, "bundle")) {
                files.add(path(name, bundle.getTextContent().strip()));
            }
            for (var file : children(feature, "configfile")) {
                files.add(path(name, file.getTextContent().strip()));
            }
            features.put(
                    name,
                    new Feature(
                            name,
                            feature.getAttribute("version").replace('-', '.'),
                            feature.getAttribute("description"),
                            children(feature, "feature").stream()
                                    .map(needed -> needed.getTextContent().strip())
                                    .map(needed -> needed.replaceAll("/.*", ""))
                                    .toList(),
                            List.copyOf(files)));
        }
    }

    List<Feature> all() {
        return List.copyOf(features.values());
    }

    /**
     * These features and all that they need.
     *
     * @throws BrokenArchiveException if the archive has no such feature; the message names those it has
     */
    Set<Feature> closure(Collection<String> names) throws BrokenArchiveException {
        var found = new LinkedHashMap<String, Feature>();
        var left = new ArrayDeque<>(names);
        while (!left.isEmpty()) {
            var name = left.remove();
            var feature = features.get(name);
            if (feature == null) {
                throw new BrokenArchiveException("The archive has no feature " + name + ". It has "
                        + String.join(", ", new TreeSet<>(features.keySet())) + ".");
            }
            if (found.put(name, feature) == null) {
                left.addAll(feature.needs());
            }
        }
        return Set.copyOf(found.values());
    }

    private static Element parse(byte[] repository) throws IOException, BrokenArchiveException {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(repository))
                    .getDocumentElement();
        } catch (SAXException e) {
            throw new BrokenArchiveException("a features repository of the archive can't be read: " + e.getMessage());
        } catch (ParserConfigurationException e) {
            throw new AssertionError("every Java platform reads XML", e);
        }
    }

    private static List<Element> children(Element parent, String name) {
        var nodes = parent.getChildNodes();
        return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1)
                .map(nodes::item)
                .filter(node -> name.equals(node.getLocalName()))
                .map(Element.class::cast)
                .toList();
    }

    /** Where the archive keeps what {@code mvn:group/artifact/version[/type[/classifier]]} names. */
    private static String path(String feature, String url) throws BrokenArchiveException {
        var parts = url.startsWith("mvn:") ? url.substring(4).split("/") : new String[0];
        if (parts.length < 3 || parts.length > 5) {
            throw new BrokenArchiveException(
                    "The feature " + feature + " names a bundle by other means than mvn: " + url);
        }
        var type = parts.length > 3 ? parts[3] : "jar";
        var classifier = parts.length > 4 ? "-" + parts[4] : "";
        return "%s/%s/%s/%s-%s%s.%s"
                .formatted(parts[0].replace('.', '/'), parts[1], parts[2], parts[1], parts[2], classifier, type);
    }
}
