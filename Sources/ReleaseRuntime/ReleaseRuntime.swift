// ReleaseRuntime
