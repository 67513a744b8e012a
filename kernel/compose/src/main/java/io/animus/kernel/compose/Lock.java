package io.animus.kernel.compose;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * What an archive was made of and what is in it: with the source at hand, the same archive can be made of it again.
 *
 * @param source digest of the archive that everything was taken from
 * @param features those that were asked for, in order of names
 * @param files all but the lock itself and the signature over it, in the order of the archive
 */
record Lock(Digest source, String top, List<String> features, List<File> files) {
    /** The path of the lock in an archive, of which it is the first file. */
    static final String PATH = "compose.lock";

    /** The path of the signature, the second file where there is one. */
    static final String SIGNATURE = "compose.sig";

    private static final long FORMAT = 1;

    /** A file of the archive. */
    record File(String path, boolean isExecutable, long size, Digest digest) {}

    Lock {
        features = List.copyOf(features);
        files = List.copyOf(files);
    }

    /** The one spelling of it. */
    byte[] bytes() {
        return Json.object()
                .put("format", FORMAT)
                .put("source", source.value())
                .put("top", top)
                .put("features", Json.texts(features))
                .put("files", Json.array(files.stream().map(Lock::json).toList()))
                .build()
                .canonical();
    }

    /** What a publisher signs. */
    String text() {
        return "animus-compose/v1\n" + top + "\n" + Digest.of(bytes()).value() + "\n";
    }

    /** @throws BrokenArchiveException if these bytes are no lock, or not in its one spelling */
    static Lock read(byte[] bytes) throws BrokenArchiveException {
        try {
            var lock = (Json.Members) Json.read(bytes);
            if (whole(lock, "format") != FORMAT) {
                throw new BrokenArchiveException("The lock has a format that this version does not know.");
            }
            var files = new ArrayList<File>();
            for (var file : ((Json.Sequence) member(lock, "files")).items()) {
                var members = (Json.Members) file;
                files.add(new File(
                        text(members, "path"),
                        ((Json.Flag) member(members, "executable")).value(),
                        whole(members, "size"),
                        new Digest(text(members, "digest"))));
            }
            var features = ((Json.Sequence) member(lock, "features"))
                    .items().stream().map(name -> ((Json.Text) name).value()).toList();
            return new Lock(new Digest(text(lock, "source")), text(lock, "top"), features, files);
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new BrokenArchiveException("The lock can't be read: " + e.getMessage());
        }
    }

    private static Json json(File file) {
        return Json.object()
                .put("path", file.path())
                .put("executable", file.isExecutable())
                .put("size", file.size())
                .put("digest", file.digest().value())
                .build();
    }

    private static Json member(Json.Members members, String name) {
        return members.find(name).orElseThrow(() -> new IllegalArgumentException("it lacks " + name));
    }

    private static String text(Json.Members members, String name) {
        return ((Json.Text) member(members, name)).value();
    }

    private static long whole(Json.Members members, String name) {
        return ((Json.Whole) member(members, name)).value();
    }
}
