package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.executor.Exit;
import io.animus.api.executor.Job;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.Limits;
import io.animus.api.executor.LogLine;
import io.animus.api.executor.Refusal;
import io.animus.api.executor.Workload;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs and inputs that mean no good: the right cause, nothing left, and the next job runs. */
@ParameterizedClass
@EnumSource(Engine.Brand.class)
class BadDaysIT {
    /** Says that it was refused a process, and fails when it is let go. */
    private static final String FORKS =
            "( i=0; while test $i -lt 50; do sleep 600 & i=$((i+1)); done ) 2>/dev/null; echo refused;"
                    + " while test ! -e /out/go; do sleep 0.05; done; exit 2";

    private static TestBed bed;

    @Parameter
    private Engine.Brand brand;

    private final ContainerJobExecutor executor = bed.executor();

    @BeforeParameterizedClassInvocation
    static void startEngine(Engine.Brand brand) throws Exception {
        bed = new TestBed(brand);
    }

    @AfterParameterizedClassInvocation
    static void stopEngine() throws Exception {
        // Null where the engine can't be started.
        if (bed != null) {
            bed.stop();
            bed = null;
        }
    }

    @AfterEach
    void leavesNothingAndRunsTheNextJob() throws Exception {
        executor.dispatch(bed.job("next", "echo fine"));
        assertThat(texts("next")).containsExactly("fine");
        assertThat(bed.clear()).isEmpty();
    }

    @Test
    void stopsAForkBombAtItsLimit() {
        executor.dispatch(
                bed.job("bomb", "f() { f & f & }; f; i=0; while test $i -lt 20; do sleep 0.1; i=$((i+1)); done"));

        assertThat(texts("bomb")).anyMatch(t -> t.contains("can't fork"));
        // It may be over before anybody looks.
        assertThat(exit("bomb").cause()).isIn(Exit.Cause.EXITED, Exit.Cause.PROCESS_LIMIT);
    }

    @Test
    void tellsAProgramThatFailedAtItsLimitOfProcesses() throws Exception {
        executor.dispatch(bed.job("forks", FORKS));
        awaitLine("forks");

        assertThat(executor.jobs()).singleElement().isInstanceOf(JobStatus.Running.class);
        bed.letGo("forks");

        assertThat(exit("forks").cause()).isEqualTo(Exit.Cause.PROCESS_LIMIT);
        assertThat(exit("forks").code()).isEqualTo(2);
        assertThat(bed.executor().find("forks"))
                .get()
                .isEqualTo(executor.find("forks").orElseThrow());
    }

    @Test
    void tellsThatItWasCanceledAtItsLimitOfProcesses() {
        executor.dispatch(bed.job("forks", FORKS));
        awaitLine("forks");

        executor.cancel("forks", Duration.ZERO);

        assertThat(exit("forks").cause()).isEqualTo(Exit.Cause.CANCELED);
    }

    @Test
    void stopsAProgramThatFillsTheDisk() {
        executor.dispatch(bed.job("disk", "dd if=/dev/zero of=/out/big bs=1M count=10"));

        assertThat(texts("disk")).anyMatch(t -> t.contains("No space left"));
        assertThat(exit("disk").cause()).isEqualTo(Exit.Cause.STORAGE_LIMIT);
        assertThat(exit("disk").code()).isEqualTo(1);
        assertThat(executor.outputs("disk").files())
                .singleElement()
                .matches(f -> f.size() > 0 && f.size() <= TestBed.LIMITS.storageBytes(), "is within the limit");
    }

    @Test
    void stopsAProgramThatLeavesTooManyFiles() {
        executor.dispatch(bed.job("files", "i=0; while echo -n > /out/$i; do i=$((i+1)); done; exit 4"));

        assertThat(exit("files").cause()).isEqualTo(Exit.Cause.STORAGE_LIMIT);
        assertThat(exit("files").code()).isEqualTo(4);
    }

    @Test
    void tellsAFailureWithRoomLeftAsTheProgramsOwn() {
        executor.dispatch(bed.job("room", "dd if=/dev/zero of=/out/big bs=1M count=2; exit 5"));

        assertThat(exit("room").cause()).isEqualTo(Exit.Cause.EXITED);
    }

    @Test
    void letsAProgramFillItsDiskAndSucceed() {
        executor.dispatch(bed.job("full", "dd if=/dev/zero of=/out/big bs=64k count=1000; exit 0"));

        assertThat(exit("full").cause()).isEqualTo(Exit.Cause.EXITED);
    }

    @Test
    void stopsAProgramThatFillsItsScratchSpace() {
        executor.dispatch(
                bed.job("scratch", "for d in /tmp /dev/shm; do dd if=/dev/zero of=$d/x bs=64k count=1000; done"));

        assertThat(texts("scratch"))
                .filteredOn(t -> t.contains("No space left"))
                .hasSize(2);
    }

    @Test
    void cutsALogThatNeverEnds() {
        executor.dispatch(
                bed.job("chatter", "awk 'BEGIN { while (i++ < 4000) print \"0123456789012345678901234567890\" }'"));

        var texts = texts("chatter");

        assertThat(texts).hasSize(2049).last().asString().startsWith("the log is cut here");
        assertThat(texts("chatter")).containsExactlyElementsOf(texts);
    }

    @Test
    void findsNothingWhereAProgramLeftNothing() {
        executor.dispatch(bed.job("nothing", "true"));
        texts("nothing");

        assertThat(executor.outputs("nothing").files()).isEmpty();
        assertThat(executor.outputs("nothing").refused()).isEmpty();
    }

    @Test
    void readsOnlyWhatIsAFileInItsPlace() {
        executor.dispatch(
                bed.job(
                        "special",
                        "mkfifo /out/pipe; ln -s /etc /out/folder; ln -s ../../../../etc/passwd /out/link; echo x > /out/file"));
        texts("special");

        var outputs = executor.outputs("special");

        assertThat(outputs.files()).extracting(JobOutput::path).containsExactly("file");
        assertThat(outputs.refused())
                .containsExactlyInAnyOrder("pipe is a special file", "folder is a link", "link is a link");
        for (var path : List.of("pipe", "folder/passwd", "link", "/etc/passwd", "../in", "file/x", "")) {
            assertRejected(Reason.REJECTED, () -> executor.open("special", path));
        }
    }

    @Test
    void readsNoMoreThanItsDiskHolds() {
        executor.dispatch(bed.job("holes", "echo x > /out/file; dd of=/out/holes bs=1M seek=1048576 count=0"));
        texts("holes");

        var outputs = executor.outputs("holes");

        assertThat(outputs.files()).extracting(JobOutput::path).containsExactly("file");
        assertThat(outputs.refused()).singleElement().asString().startsWith("holes is larger");
    }

    @Test
    void tellsAProgramThatCanNotBeStarted() {
        var absent = bed.workload(bed.image().digest(), List.of("no-such-program"));
        var text = bed.workload(bed.image().digest(), List.of("/bin/notes"));

        assertNotStarted("absent", absent, "not found");
        assertNotStarted("text", text, "ermission denied");
    }

    private void assertNotStarted(String dispatchId, Workload workload, String why) {
        var job = new Job(
                dispatchId, Digest.of(why.getBytes(UTF_8)), workload, TestBed.LIMITS, Job.NO_NETWORK, List.of());
        var status = executor.dispatch(job);

        assertThat(status).isInstanceOfSatisfying(JobStatus.Finished.class, f -> {
            assertThat(f.exit().cause()).isEqualTo(Exit.Cause.NOT_STARTED);
            assertThat(f.exit().code()).isEqualTo(-1);
            assertThat(f.exit().detail()).contains(why);
        });
        assertThat(bed.executor().dispatch(job)).isEqualTo(status);
        assertThat(texts(dispatchId)).isEmpty();
        assertThat(executor.outputs(dispatchId).files()).isEmpty();
    }

    @Test
    void tellsASignalThatNobodyOfOursSent() {
        executor.dispatch(bed.job("signal", "sh -c 'kill -TERM $$'; exit $?"));

        assertThat(exit("signal").cause()).isEqualTo(Exit.Cause.KILLED);
        assertThat(exit("signal").code()).isEqualTo(143);
    }

    @Test
    void pullsAnAbsentImageByDigestWhereItMay() throws Exception {
        var image = BusyboxImage.make(",'Labels':{'test':'pull'}");
        var workload = new Workload(bed.publish(image, "animus/pulled"), List.of("echo", "pulled"), Map.of());
        var job = new Job("pull", image.digest(), workload, TestBed.LIMITS, Job.NO_NETWORK, List.of());

        assertRefused(Refusal.IMAGE_UNAVAILABLE, executor.dispatch(job));
        bed.executor(bed.settings(true, Map.of())).dispatch(job);

        assertThat(texts("pull")).containsExactly("pulled");
    }

    @Test
    void rejectsADigestThatTheRegistryDoesNotHave() {
        var puller = bed.executor(bed.settings(true, Map.of()));
        var absent = bed.publish(bed.image(), "animus/absent").at(Digest.of(new byte[] {2}));
        var workload = new Workload(absent, List.of("true"), Map.of());
        var job = new Job("absent", bed.image().digest(), workload, TestBed.LIMITS, Job.NO_NETWORK, List.of());

        assertRefused(Refusal.IMAGE_UNAVAILABLE, puller.dispatch(job));
        assertThat(executor.find("absent")).isEmpty();
    }

    @Test
    void rejectsLimitsThatItCanNotHold() {
        var gpus = new Limits(1000, 64 << 20, 4 << 20, 32, 1);

        assertRefused(Refusal.LIMIT_NOT_ENFORCEABLE, executor.dispatch(bed.job("gpus", "true", gpus, Job.NO_NETWORK)));
    }

    @Test
    void takesNoMoreThanTheWorkFolderHas() {
        var huge = new Limits(1000, 64 << 20, 1L << 50, 32, 0);

        assertRejected(Reason.UNAVAILABLE, () -> executor.dispatch(bed.job("huge", "true", huge, Job.NO_NETWORK)));
    }

    @Test
    void neverTellsTheSourceOfAnInput() {
        var served = bed.serve("data", JobInput.Form.FILE, new byte[] {1});
        var nowhere = URI.create("http://127.0.0.1:1/?signature=s3cret");
        var input = new JobInput("data", served.form(), nowhere, served.digest(), served.size());

        var refused = executor.dispatch(bed.job("secret", "true", bed.absent("data")));

        assertRefused(Refusal.INPUT_UNAVAILABLE, refused);
        assertThat(refused.toString()).doesNotContain("s3cret");
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> executor.dispatch(bed.job("secret", "true", input)))
                .satisfies(e -> assertThat(TestBed.texts(e)).doesNotContain("s3cret"));
    }

    @Test
    void rejectsInputsInOneAnothersPlace() {
        var outer = bed.serve("tree", JobInput.Form.FILE, new byte[] {1});
        var inner = bed.serve("tree/file", JobInput.Form.FILE, new byte[] {1});

        assertRefused(Refusal.INPUT_UNSAFE, executor.dispatch(bed.job("overlap", "true", outer, inner)));
    }

    @Test
    void rejectsAnArchiveThatLeadsOut() throws Exception {
        var archive = Tar.of(Tar.file("../esc\naped", "x"));
        var input = bed.serve("tree", JobInput.Form.TAR, archive);

        assertRefused(Refusal.INPUT_UNSAFE, executor.dispatch(bed.job("archive", "true", input)));
        assertThat(executor.find("archive")).isEmpty();
    }

    @Test
    void unpacksAnArchiveForTheProgram() throws Exception {
        var archive = Tar.of(Tar.folder("src"), Tar.file("src/a.txt", "text\n"), Tar.link("b.txt", "src/a.txt"));
        var input = bed.serve("tree", JobInput.Form.TAR, archive);

        executor.dispatch(bed.job("tree", "cat /in/tree/src/a.txt /in/tree/b.txt", input));

        assertThat(texts("tree")).containsExactly("text", "text");
    }

    private static void assertRefused(Refusal refusal, JobStatus status) {
        assertThat(status).isInstanceOfSatisfying(JobStatus.Refused.class, r -> {
            assertThat(r.refusal()).isEqualTo(refusal);
            assertThat(r.detail()).isNotBlank().doesNotContain("\n");
        });
    }

    private static void assertRejected(Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(call)
                .matches(e -> e.reason() == reason, "is " + reason);
    }

    private void awaitLine(String dispatchId) {
        executor.follow(dispatchId, 0, line -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).as("a line was written").isTrue();
    }

    private Exit exit(String dispatchId) {
        texts(dispatchId);
        return ((JobStatus.Finished) executor.find(dispatchId).orElseThrow()).exit();
    }

    private List<String> texts(String dispatchId) {
        var texts = new ArrayList<String>();
        executor.follow(dispatchId, 0, (LogLine line) -> texts.add(line.text()));
        return texts;
    }
}
