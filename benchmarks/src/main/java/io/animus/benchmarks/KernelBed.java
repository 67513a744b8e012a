package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.kernel.core.Answer;
import io.animus.kernel.core.BareKernel;
import io.animus.kernel.core.Once;
import io.animus.kernel.core.Runs;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/** The kernel in this process, on a database of its own with one run in it. */
final class KernelBed implements AutoCloseable {
    private final Bed bed;
    private final BareKernel kernel;
    private final Connection owner;
    private final Seed seed;
    private final Copies copies;

    KernelBed(Setting setting, String name) throws IOException, SQLException {
        this(setting, name, true);
    }

    /** @param isAudited whether audit events are written */
    KernelBed(Setting setting, String name, boolean isAudited) throws IOException, SQLException {
        bed = new Bed(setting, name);
        kernel = new BareKernel(bed.access(), isAudited);
        owner = bed.asOwner();
        seed = Seed.sow(owner);
        copies = new Copies(owner, create());
    }

    Bed bed() {
        return bed;
    }

    BareKernel kernel() {
        return kernel;
    }

    Seed seed() {
        return seed;
    }

    Copies copies() {
        return copies;
    }

    /** A connection as the owner of the tables, for preparing. */
    Connection owner() {
        return owner;
    }

    Meter meter() throws IOException {
        return new Meter(Cpu.ofThisProcess(), bed.cpu());
    }

    /** Creates a run as REST would have it created; returns its id. */
    String create() {
        var key = UUID.randomUUID().toString();
        var answer = kernel.runs()
                .create(
                        seed.caller(),
                        new Once<>(key, Digest.of(key.getBytes(UTF_8)), KernelBed::rendered),
                        seed.project().value(),
                        seed.draft());
        if (answer instanceof Answer.Done<Runs.View> done) {
            return done.value().run().id().value();
        }
        throw new IllegalStateException("a new key was answered before");
    }

    private static Once.Rendered rendered(Runs.View view) {
        var id = view.run().id().value();
        return new Once.Rendered(201, view.run().spec(), "/api/v1/projects/bench/runs/" + id);
    }

    @Override
    public void close() throws IOException, SQLException {
        owner.close();
        kernel.close();
        bed.close();
    }
}
