package io.animus.plugin.executor.container;

import io.animus.api.executor.JobInput;
import io.animus.api.executor.Refusal;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;

/** Brings a job's inputs to the hub's disk and proves that they are what was meant. */
final class JobInputs {
    private final HttpClient client;
    private final Duration timeout;
    private final long unpackedBytes;

    JobInputs(HttpClient client, Duration timeout, long unpackedBytes) {
        this.client = client;
        this.timeout = timeout;
        this.unpackedBytes = unpackedBytes;
    }

    /**
     * Fetches all inputs into the folder of inputs.
     *
     * @throws RefusedException if one is not what its digest and size say, is an archive that can't be unpacked safely, or
     *     if its source does not have it or does not give it
     * @throws ExternalSystemException {@code UNAVAILABLE} if a source does not answer
     */
    void fetch(List<JobInput> inputs, JobFolder folder) throws IOException, RefusedException {
        checkApart(inputs);
        for (var input : inputs) {
            var place = folder.inputs().resolve(input.path());
            makeFolders(folder.inputs(), input.path());
            var part = folder.path().resolve("input.part");
            download(input, part);
            if (input.form() == JobInput.Form.FILE) {
                Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(part, place);
            } else {
                try (var archive = Files.newInputStream(part)) {
                    new TarTree(place, unpackedBytes).unpack(archive);
                } catch (UnsafeArchiveException e) {
                    throw refused(Refusal.INPUT_UNSAFE, input, "can't be unpacked: " + e.getMessage());
                }
                Files.delete(part);
            }
        }
    }

    // One input inside another could be written through a link that the other brought.
    private static void checkApart(List<JobInput> inputs) throws RefusedException {
        for (var outer : inputs) {
            for (var inner : inputs) {
                if (outer != inner && (inner.path() + "/").startsWith(outer.path() + "/")) {
                    throw refused(Refusal.INPUT_UNSAFE, inner, "is in the place of the input " + outer.path());
                }
            }
        }
    }

    private static void makeFolders(Path root, String path) throws IOException {
        var folder = root;
        var names = path.split("/");
        for (var name : List.of(names).subList(0, names.length - 1)) {
            folder = folder.resolve(name);
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private void download(JobInput input, Path target) throws IOException, RefusedException {
        var listener = new InputStreamResponseListener();
        client.newRequest(input.source())
                .followRedirects(false)
                .idleTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .send(listener);
        var hash = Digest.sha256();
        try (var content = listener.getInputStream()) {
            var status = listener.get(timeout.toMillis(), TimeUnit.MILLISECONDS).getStatus();
            if (status != 200) {
                throw failed(input, status);
            }
            try (var digesting = new DigestInputStream(content, hash)) {
                if (copy(digesting, target, input.size()) != input.size()) {
                    throw refused(Refusal.INPUT_DIGEST_MISMATCH, input, "is not of " + input.size() + " bytes");
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "the input " + input.path() + " can't be fetched", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExternalSystemException(Reason.UNAVAILABLE, "interrupted while inputs are fetched", e);
        }
        if (!Digest.finish(hash).equals(input.digest())) {
            throw refused(Refusal.INPUT_DIGEST_MISMATCH, input, "is not the content of digest " + input.digest());
        }
    }

    /** Copies at most one byte more than {@code size}, which is enough to know. */
    private static long copy(InputStream content, Path target, long size) throws IOException {
        var buffer = new byte[1 << 16];
        var total = 0L;
        try (var file = Files.newOutputStream(
                target, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (total <= size) {
                var read = content.read(buffer, 0, (int) Math.min(buffer.length, size + 1 - total));
                if (read < 0) {
                    break;
                }
                file.write(buffer, 0, read);
                total += read;
            }
        }
        return total;
    }

    // The source is a secret: only the input's own name may be said.
    private static ExternalSystemException failed(JobInput input, int status) throws RefusedException {
        return switch (status) {
            case 401, 403, 404, 410 ->
                throw refused(Refusal.INPUT_UNAVAILABLE, input, "is not given by its source: HTTP " + status);
            default ->
                new ExternalSystemException(
                        Reason.UNAVAILABLE, "the source of the input " + input.path() + " answers HTTP " + status);
        };
    }

    private static RefusedException refused(Refusal refusal, JobInput input, String why) {
        return new RefusedException(refusal, "the input " + input.path() + " " + why);
    }
}
