class Double:
    def forward(self, x):
        return 2 * x
