/* Moves the wall clock of a program. Loaded by LD_PRELOAD, for tests that start a real server.
 *
 * CLOCK_HELD_AT: it stands there, in seconds since 1970, for who posts frozen messages.
 * CLOCK_STEPS: a file of eight bytes, a number of seconds that the clock is wrong by, now and from each
 * change of it on.
 *
 * Every other clock goes on. It neither allocates nor looks symbols up, because allocators ask for the time
 * before either works. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *held;
static time_t held_at;
static const volatile int64_t *wrong_by;

__attribute__((constructor)) static void hold(void) {
    held = getenv("CLOCK_HELD_AT");
    held_at = held ? (time_t)strtoll(held, NULL, 10) : 0;
    const char *steps = getenv("CLOCK_STEPS");
    int file = steps ? open(steps, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *mapped = mmap(NULL, sizeof *wrong_by, PROT_READ, MAP_SHARED, file, 0);
        wrong_by = mapped == MAP_FAILED ? NULL : mapped;
        close(file);
    }
}

int clock_gettime(clockid_t id, struct timespec *now) {
    int is_wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
    if (is_wall && held) {
        now->tv_sec = held_at;
        now->tv_nsec = 0;
        return 0;
    }
    int failed = (int)syscall(SYS_clock_gettime, id, now);
    if (is_wall && wrong_by && !failed)
        now->tv_sec += *wrong_by;
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec precise;
    int failed = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *now) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (now)
        *now = precise.tv_sec;
    return precise.tv_sec;
}
