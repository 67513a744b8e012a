package io.animus.dev;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/** Makes a bundle of classes as the Maven build does, with the same instructions. */
final class Bundler {
    private static final Pattern INSTRUCTIONS = Pattern.compile("<bnd><!\\[CDATA\\[(.*?)]]></bnd>", Pattern.DOTALL);

    private final String common;

    /** @param common what every bundle of the hub is made with */
    private Bundler(String common) {
        this.common = common;
    }

    /** As the root pom of a checkout says. */
    static Bundler of(Path checkout) throws DevException, IOException {
        var pom = checkout.resolve("pom.xml");
        var found = INSTRUCTIONS.matcher(Files.readString(pom));
        if (!found.find()) {
            throw new DevException(pom + " has no instructions for bnd");
        }
        return new Bundler(found.group(1));
    }

    /**
     * Makes the bundle.
     *
     * @param version of the bundle
     * @throws DevException with what bnd said
     */
    void bundle(PluginFolder plugin, List<Path> classPath, Path classes, String version, Path target)
            throws DevException, IOException {
        var instructions = new Properties();
        load(instructions, common);
        load(instructions, Files.readString(plugin.home().resolve("bnd.bnd")));
        instructions.setProperty("Bundle-SymbolicName", plugin.name());
        instructions.setProperty("Bundle-Version", version);
        try (var builder = new Builder()) {
            builder.setBase(plugin.home().toFile());
            builder.setProperties(plugin.home().toFile(), instructions);
            var content = new Jar(plugin.name(), classes.toFile());
            content.setManifest(new Manifest());
            builder.setJar(content);
            for (var entry : classPath) {
                builder.addClasspath(entry.toFile());
            }
            var jar = builder.build();
            if (!builder.getErrors().isEmpty()) {
                throw new DevException("bnd: " + String.join("\nbnd: ", builder.getErrors()));
            }
            jar.write(target.toFile());
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            // The signature of bnd promises nothing narrower.
            throw new DevException("bnd failed: " + e);
        }
    }

    private static void load(Properties instructions, String text) throws IOException {
        instructions.load(new StringReader(text));
    }
}
